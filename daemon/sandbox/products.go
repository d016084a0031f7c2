package sandbox

import "fmt"

// products are made up; thumbs.js draws one picture for each.
var products = map[string][productCount]string{
	"pt": {
		"Capinha de silicone fosca para celular 6,1\"", "Luminária de mesa LED dobrável com 3 tons de luz", "Mochila impermeável para notebook 15,6\"",
		"Caneca térmica de inox 450 ml com tampa", "Fone de ouvido sem fio com estojo", "Relógio esportivo digital à prova d'água",
		"Camiseta básica de algodão gola redonda", "Tênis leve de corrida com solado macio", "Câmera compacta para vídeo com tripé",
		"Vaso autoirrigável para plantas pequenas", "Teclado mecânico compacto 60%", "Garrafa esportiva 1 litro com marcador",
	},
	"id": {
		"Casing silikon matte untuk ponsel 6,1\"", "Lampu meja LED lipat 3 warna", "Tas ransel laptop tahan air 15,6\"", "Mug termos stainless 450 ml",
		"Earphone nirkabel dengan kotak", "Jam tangan digital olahraga", "Kaos katun polos leher bulat", "Sepatu lari ringan", "Kamera saku dengan tripod",
		"Pot tanaman siram otomatis", "Keyboard mekanik ringkas 60%", "Botol minum olahraga 1 liter",
	},
	"zh": {
		"磨砂硅胶手机壳 6.1英寸 防摔", "LED折叠台灯 三档色温 USB充电", "15.6英寸防水电脑双肩包", "不锈钢保温马克杯 450ml 带盖", "无线蓝牙耳机 带充电仓",
		"户外运动电子表 50米防水", "纯棉圆领基础款T恤", "轻便缓震跑步鞋", "便携视频相机 含三脚架", "自动吸水小花盆", "60%紧凑型机械键盘", "1升运动水壶 带刻度",
	},
	"en": {
		"Matte silicone phone case 6.1 inch", "Foldable LED desk lamp, 3 light tones", "Waterproof laptop backpack 15.6 inch", "Stainless steel thermal mug 450 ml",
		"Wireless earphones with charging case", "Digital sports watch, 5 ATM", "Basic cotton T-shirt, round neck", "Light running shoes, soft sole",
		"Compact video camera with tripod", "Self-watering pot for small plants", "Compact mechanical keyboard 60%", "Sports bottle 1 litre with scale",
	},
}

func productName(o Order, lang string) string { return products[lang][o.Product%productCount] }

// pictureOf names the drawing in thumbs.js.
func pictureOf(o Order) string { return fmt.Sprintf("thumb-%d", o.Product%productCount) }
