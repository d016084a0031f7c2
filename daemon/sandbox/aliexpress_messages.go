package sandbox

import (
	"encoding/json"
	"fmt"
)

// conversation is one buyer in the messages, with the orders on its cards.
type conversation struct {
	id     string
	buyer  Order // any order of the buyer, for name and country
	cards  []card
	gossip string // an order number that the buyer merely writes, of somebody else
}

type card struct {
	order    Order
	bySeller bool
}

// conversations are the buyers who wrote: those whose orders are identified
// have them on a card, and every sixth other wrote without one. The buyer who
// shares a name with another mentions the other's order in plain words: no
// reader may join that.
func conversations(s scenario) []conversation {
	orders := Data(s.seed, SiteAliExpress, s.orders)
	at := map[string]int{}
	list := []conversation{}
	for i, o := range orders {
		if o.BuyerID == "" || i >= cardsUntil || (!o.Identified && i%6 != 1) {
			continue
		}
		n, known := at[o.BuyerID]
		if !known {
			n = len(list)
			at[o.BuyerID] = n
			list = append(list, conversation{id: "S" + o.BuyerID[1:] + "R", buyer: o})
		}
		if o.Identified {
			list[n].cards = append(list[n].cards, card{order: o, bySeller: i%2 == 1})
		}
		if i == namesakes[0] && len(orders) > namesakes[1] {
			list[n].gossip = orders[namesakes[1]].Number
		}
	}
	return list
}

func aliexpressSessions(s scenario, _ callData) object {
	views := []object{}
	for i, c := range conversations(s) {
		unread := 0
		if i%4 == 0 {
			unread = 1 + i%3
		}
		views = append(views, object{
			"sessionId": c.id,
			"target":    object{"targetId": c.buyer.BuyerID},
			"sessionData": object{
				"title": c.buyer.Name, "headUrl": "", "content": greeting(i), "nonReadNumber": unread, "senderAccountType": 11,
				"country": c.buyer.Country, "tags": []string{"un-replied"}, "sellerId": sellerID, "lastMessageId": messageID(c, len(c.cards)),
				"lastMessageTime": newest.UnixMilli() - int64(i)*2_760_000,
			},
		})
	}
	return object{"result": object{"sessionViewDTOList": views}}
}

func aliexpressMessages(s scenario, ask callData) object {
	messages := []object{}
	for i, c := range conversations(s) {
		if c.id != ask.SessionID {
			continue
		}
		messages = append(messages, message(c, 0, 11, "1", object{"txt": greeting(i)}))
		for k, one := range c.cards {
			from, kind := 11, "10004"
			if one.bySeller {
				from, kind = 12, "10007"
			}
			messages = append(messages, message(c, k+1, from, kind, object{
				"orderId": one.order.Number, "orderStatus": one.order.Status, "title": productName(one.order, "en"),
				"image": pictureOf(one.order), "amount": aliexpressAmount(one.order),
			}))
		}
		if c.gossip != "" {
			messages = append(messages, message(c, len(c.cards)+1, 11, "1", object{"txt": "My friend has order " + c.gossip + " from you."}))
		}
	}
	return object{"result": object{"messageList": messages}}
}

// message is one item: templateData is JSON inside a string.
func message(c conversation, n, fromType int, layout string, data object) object {
	from := c.buyer.BuyerID
	if fromType == 12 {
		from = sellerID
	}
	text, err := json.Marshal(data)
	if err != nil {
		text = []byte("{}")
	}
	return object{
		"header": object{"type": 1},
		"body": object{
			"typeData":     object{"mid": messageID(c, n), "sid": c.id, "from": from, "fromType": fromType, "sendTime": newest.UnixMilli() - 60_000*int64(20-n), "status": 0, "ext": object{}},
			"layoutData":   object{"card": layout},
			"templateData": string(text),
		},
	}
}

func messageID(c conversation, n int) string { return fmt.Sprintf("M%s%02d", c.id[1:], n) }

func greeting(i int) string {
	return []string{
		"Hello! When will my parcel be sent?", "Is the blue one in stock?", "Thank you, it arrived today.",
		"Can you change the size, please?", "The tracking does not move.",
	}[i%5]
}
