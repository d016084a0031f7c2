package markfile

import (
	"strings"
	"unicode"

	"blackmark/shared/marketplace"
	"blackmark/shared/reason"
)

// column is what a column of a table holds.
type column int

const (
	unknown column = iota
	marketplaceColumn
	regionColumn
	kindColumn
	idColumn
	alsoColumn
	nameColumn
	reasonColumn
	noteColumn
	orderColumn
	dateColumn
	byColumn
	viaColumn
	echoColumn
)

// Columns are the names by which columns are known, first ours, then those of
// other programs in English and Chinese, as help shows them. Case, spaces and
// punctuation mean nothing.
var Columns = []struct {
	column column
	What   string
	Names  []string
}{
	{marketplaceColumn, "marketplace", []string{"marketplace", "platform", "channel", "平台", "电商平台", "来源平台", "市场"}},
	{regionColumn, "region", []string{"region", "site", "站点", "地区"}},
	{kindColumn, "kind of identifier", []string{"kind", "id kind", "id type", "标识类型", "编号类型"}},
	{idColumn, "buyer id", []string{"id", "buyer", "buyer id", "buyer user id", "buyer username", "buyer account", "user id", "user name",
		"member id", "customer id", "account", "买家", "买家ID", "买家账号", "买家用户名", "买家会员名", "会员ID", "会员名", "用户ID", "客户ID", "客户账号", "账号"}},
	{nameColumn, "name", []string{"name", "buyer name", "full name", "recipient", "recipient name", "customer name", "姓名", "买家姓名", "买家名称", "收件人", "收货人", "客户姓名"}},
	{reasonColumn, "reason", []string{"reason", "block reason", "原因", "拉黑原因", "黑名单原因", "加入原因", "标记原因", "理由"}},
	{noteColumn, "note", []string{"note", "notes", "remark", "remarks", "comment", "comments", "memo", "description", "备注", "说明", "描述", "备注信息"}},
	{orderColumn, "order number", []string{"order", "order number", "order no", "order id", "order sn", "订单", "订单号", "订单编号"}},
	{dateColumn, "date", []string{"at", "date", "time", "created", "created at", "date added", "added", "added at", "blocked at", "日期", "时间", "创建时间", "添加时间", "加入时间", "拉黑时间", "标记时间", "操作时间"}},
	{byColumn, "who marked", []string{"by", "operator", "added by", "操作人", "添加人", "创建人"}},
	{viaColumn, "", []string{"via"}},
	{echoColumn, "", []string{"echo"}},
}

var byName = func() map[string]column {
	all := map[string]column{}
	for _, c := range Columns {
		for _, name := range c.Names {
			all[plain(name)] = c.column
		}
	}
	return all
}()

// plain is a name without case, spaces and punctuation.
func plain(name string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			return -1
		}
		return unicode.ToLower(r)
	}, name)
}

// columnOf tells what a column of this name holds. A column that bears the
// name of a kind holds identifiers of that kind, where the marketplace has it.
func columnOf(name string) (c column, kind string) {
	name = strings.TrimSpace(strings.TrimPrefix(name, bom))
	if strings.HasPrefix(name, alsoPrefix) {
		return alsoColumn, ""
	}
	for _, m := range marketplace.All() {
		for _, k := range m.Kinds {
			if name == k.Kind || strings.EqualFold(name, k.Name.En) || name == k.Name.ZhCN {
				return idColumn, name
			}
		}
	}
	return byName[plain(name)], ""
}

// kindOf is the code of the kind that was named; empty where the marketplace
// has no such kind.
func kindOf(m marketplace.Marketplace, name string) string {
	for _, k := range m.Kinds {
		if name == k.Kind || strings.EqualFold(name, k.Name.En) || name == k.Name.ZhCN {
			return k.Kind
		}
	}
	return ""
}

// marketplaceOf is the code of a marketplace that was named in words.
func marketplaceOf(name string) string {
	for _, m := range marketplace.All() {
		if plain(name) == m.Code || strings.EqualFold(name, m.Name.En) || name == m.Name.ZhCN {
			return m.Code
		}
	}
	return name
}

// reasonOf is the code of a reason that was named in words.
func reasonOf(name string) string {
	for _, r := range reason.All() {
		for _, words := range []string{r.Code, r.Text.En, r.Text.ZhCN, r.Short.En, r.Short.ZhCN} {
			if strings.EqualFold(name, words) {
				return r.Code
			}
		}
	}
	return name
}
