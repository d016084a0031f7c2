package sandbox

// Names are placeholders in the language of the country, as printed examples
// use them: nobody is called that.

type people struct {
	country  string
	currency string
	scale    int64 // an everyday price, in hundredths of the currency
	given    []string
	family   []string
}

var peopleBR = people{"BR", "BRL", 5900,
	[]string{"Ana", "Bruno", "Carla", "Diego", "Elisa", "Fábio", "Gabi", "Heitor", "Iara", "João", "Lívia", "Mateus", "Nina", "Otávio", "Paula", "Rafa"},
	[]string{"Exemplo", "Amostra", "Fictícia", "Ensaio", "Modelo", "Teste", "Maquete", "Rascunho"}}

var peopleID = people{"ID", "IDR", 11900000,
	[]string{"Ayu", "Budi", "Citra", "Dewi", "Eka", "Fajar", "Gita", "Hadi", "Indah", "Joko", "Lestari", "Putri"},
	[]string{"Contoh", "Percobaan", "Latihan", "Misal", "Sampel"}}

var peopleTH = people{"TH", "THB", 35900,
	[]string{"ก้อย", "ขวัญ", "แนน", "บีม", "ปอ", "ฝน", "มายด์", "เอก"},
	[]string{"ตัวอย่าง", "ทดลอง", "สมมติ"}}

// peopleAbroad are the customers of a store that sells to the world.
var peopleAbroad = []people{
	{"RU", "USD", 1290, []string{"Ivan", "Olga", "Pavel", "Nina", "Oleg", "Vera"}, []string{"Primerov", "Obraztsov", "Probnikov"}},
	{"ES", "USD", 1590, []string{"Lucía", "Hugo", "Marta", "Pablo"}, []string{"Muestra", "Ejemplo", "Ensayo"}},
	{"FR", "USD", 1890, []string{"Chloé", "Léo", "Manon", "Jules"}, []string{"Exemple", "Lessai", "Modèle"}},
	{"PL", "USD", 990, []string{"Ola", "Kuba", "Zosia", "Bartek"}, []string{"Przykładowa", "Próbna", "Wzorcowa"}},
	{"DE", "USD", 2190, []string{"Jana", "Timo", "Lena", "Nils"}, []string{"Beispiel", "Mustermann", "Probe"}},
	{"US", "USD", 2490, []string{"Sam", "Alex", "Robin", "Casey"}, []string{"Sample", "Placeholder", "Example"}},
	{"KR", "USD", 1390, []string{"Min", "Jiwoo", "Haneul"}, []string{"Yesi", "Bogi"}},
}

const (
	longName   = "Maria Aparecida dos Exemplos Compridos de Amostra e Ensaio da Silva Fictícia Sobrinha Neta Terceira"
	arabicName = "سارة بنت المثال التجريبي"
	hebrewName = "דנה לדוגמה (Dana)"
)

// shopeeWords make the usernames of a country: a word, a dot, another, a number.
var shopeeWords = map[string][2][]string{
	"br": {{"exemplo", "amostra", "ensaio", "modelo", "rascunho", "maquete"}, {"lua", "sol", "mar", "rio", "flor", "nuvem", "folha", "pedra", "vento", "areia"}},
	"id": {{"contoh", "latihan", "sampel", "misal"}, {"bulan", "bintang", "laut", "bunga", "awan", "daun", "batu", "angin"}},
	"th": {{"sample", "rehearse", "draft", "demo"}, {"mali", "fah", "dao", "talay", "bua", "lom", "fon"}},
}

// countryNames is how the Chinese pages print a country.
var countryNames = map[string]string{
	"BR": "巴西", "ID": "印度尼西亚", "TH": "泰国", "RU": "俄罗斯", "ES": "西班牙", "FR": "法国",
	"PL": "波兰", "DE": "德国", "US": "美国", "KR": "韩国", "SA": "沙特阿拉伯", "IL": "以色列",
}
