package cloudlink

import (
	"strconv"
	"sync/atomic"

	badger "github.com/dgraph-io/badger/v4"

	"blackmark/daemon/disk"
	"blackmark/shared/buyer"
	"blackmark/shared/tag"
)

// tagCache is the tags of the seller's own buyers. It can be lost: they are
// evaluated again then, as far as the quota goes.
//
//	<epoch>/<buyer key>  the tag, 32 bytes
type tagCache struct {
	*store
	known atomic.Int64 // in all epochs
}

func openTags(dir string, c Config) (*tagCache, error) {
	s, _, err := openStore(dir, c, disk.Badger(dir), "")
	if err != nil {
		return nil, err
	}
	t := &tagCache{store: s}
	n, err := t.count("")
	t.known.Store(int64(n))
	return t, err
}

func tagKey(epoch uint32, k buyer.Key) string {
	return strconv.FormatUint(uint64(epoch), 10) + "/" + k.String()
}

func readTag(txn *badger.Txn, epoch uint32, k buyer.Key) (t tag.Tag, found bool, err error) {
	data, err := get(txn, tagKey(epoch, k))
	if err != nil || len(data) != len(t) {
		return t, false, err
	}
	return tag.Tag(data), true, nil
}

// put keeps the tags of some buyers, but not of those who were forgotten meanwhile.
func (c *tagCache) put(epoch uint32, keys []buyer.Key, tags []tag.Tag, forgotten func(buyer.Key) bool) error {
	fresh := int64(0)
	err := c.write(func(txn *badger.Txn) error {
		fresh = 0
		for i, k := range keys {
			if forgotten(k) {
				continue
			}
			if _, found, err := readTag(txn, epoch, k); err != nil {
				return err
			} else if !found {
				fresh++
			}
			if err := txn.Set([]byte(tagKey(epoch, k)), tags[i][:]); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		c.known.Add(fresh)
	}
	return err
}

// missing are those of the keys whose tag is not known, in their order.
func (c *tagCache) missing(epoch uint32, keys []buyer.Key) (list []buyer.Key, err error) {
	err = c.view(func(txn *badger.Txn) error {
		for _, k := range keys {
			if _, found, err := readTag(txn, epoch, k); err != nil {
				return err
			} else if !found {
				list = append(list, k)
			}
		}
		return nil
	})
	return list, err
}

// of is the tag of each key; false where one is not known.
func (c *tagCache) of(epoch uint32, keys []buyer.Key) (tags []tag.Tag, all bool, err error) {
	tags, all = make([]tag.Tag, len(keys)), true
	err = c.view(func(txn *badger.Txn) error {
		for i, k := range keys {
			t, found, err := readTag(txn, epoch, k)
			if err != nil {
				return err
			}
			tags[i], all = t, all && found
		}
		return nil
	})
	return tags, all, err
}
