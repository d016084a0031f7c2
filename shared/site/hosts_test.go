package site_test

import (
	"slices"
	"testing"

	"blackmark/shared/site"
)

// Sellers of one marketplace work on the hosts of many countries. Each of these was
// seen in at least two independent programs, or in one that works on its pages.
func TestHostsOfEveryCountry(t *testing.T) {
	want := map[string]map[string]string{
		"shopee": {
			"seller.shopee.com.br": "br", "seller.shopee.co.id": "id", "seller.shopee.com.my": "my",
			"seller.shopee.co.th": "th", "seller.shopee.tw": "tw", "seller.shopee.vn": "vn", "banhang.shopee.vn": "vn",
			"seller.shopee.sg": "sg", "seller.shopee.ph": "ph", "seller.shopee.com.mx": "mx",
			"seller.shopee.com.co": "co", "seller.shopee.cl": "cl",
			"seller.br.shopee.cn": "br", "seller.id.shopee.cn": "id", "seller.my.shopee.cn": "my",
			"seller.th.shopee.cn": "th", "seller.xiapi.shopee.cn": "tw", "seller.vn.shopee.cn": "vn",
			"seller.sg.shopee.cn": "sg", "seller.ph.shopee.cn": "ph", "seller.mx.shopee.cn": "mx",
			"seller.co.shopee.cn": "co", "seller.cl.shopee.cn": "cl",
			"seller.shopee.cn": "", // one host for all countries; its rows say that theirs is not known
		},
		"amazon": {
			"sellercentral.amazon.com": "", "sellercentral.amazon.ca": "", "sellercentral.amazon.com.mx": "",
			"sellercentral.amazon.com.br": "", "sellercentral.amazon.co.uk": "", "sellercentral.amazon.de": "",
			"sellercentral.amazon.fr": "", "sellercentral.amazon.it": "", "sellercentral.amazon.es": "",
			"sellercentral.amazon.nl": "", "sellercentral.amazon.se": "", "sellercentral.amazon.pl": "",
			"sellercentral.amazon.com.be": "", "sellercentral.amazon.ie": "", "sellercentral.amazon.com.tr": "",
			"sellercentral.amazon.ae": "", "sellercentral.amazon.sa": "", "sellercentral.amazon.eg": "",
			"sellercentral.amazon.in": "", "sellercentral.amazon.co.jp": "", "sellercentral.amazon.com.au": "",
			"sellercentral.amazon.sg": "", "sellercentral-europe.amazon.com": "", "sellercentral-japan.amazon.com": "",
		},
		"ebay": {
			"www.ebay.com": "", "www.ebay.co.uk": "", "www.ebay.de": "", "www.ebay.ca": "", "www.ebay.com.au": "",
			"www.ebay.it": "", "www.ebay.fr": "", "www.ebay.es": "",
		},
	}
	for _, d := range site.All() {
		for host, region := range want[d.Site] {
			if !slices.Contains(d.Hosts, host) || d.Regions[host] != region {
				t.Errorf("%s: %s with region %q is not among its hosts: there it is %q", d.Site, host, region, d.Regions[host])
			}
		}
		if hosts := want[d.Site]; hosts != nil && len(hosts) != len(d.Hosts) {
			t.Errorf("%s has %d hosts, %d are known", d.Site, len(d.Hosts), len(hosts))
		}
	}
}
