package localapi_test

import (
	"testing"

	"blackmark/shared/buyer"
	"blackmark/shared/wire"
)

func TestNatives(t *testing.T) {
	s := newStage(t)
	plain := buyer.Key{Marketplace: "aliexpress", Kind: "ali_id", ID: " 10001 "}
	planned := posted[wire.NativeList](s, "/v1/native/plan", wire.NativeQuery{Site: "aliexpress", Keys: []buyer.Key{plain, ali("10002")}}).Natives
	if planned[0].Key != ali("10001") || planned[0].State != wire.NativePlanned {
		t.Fatalf("%+v", planned)
	}
	posted[wire.NativeList](s, "/v1/native/result", wire.NativeResults{Results: []wire.NativeResult{{ID: planned[0].ID, State: wire.NativeProved}}})
	s.restart()
	known := posted[wire.NativeList](s, "/v1/native/list", wire.NativeQuery{Site: "aliexpress", Keys: []buyer.Key{ali("10001"), ali("10003")}}).Natives
	if known[0].State != wire.NativeProved || known[1].State != "" || known[1].ID != "" {
		t.Errorf("%+v", known)
	}
	pushed := posted[wire.ActivityList](s, "/v1/activity", wire.ActivityQuery{Acts: []wire.Act{wire.ActPushed}}).Activity
	if len(pushed) != 1 || pushed[0].Keys[0] != ali("10001") {
		t.Errorf("activity: %+v", pushed)
	}
	found := posted[wire.NativePage](s, "/v1/native/find", wire.NativeFind{Site: "aliexpress", States: []wire.NativeState{wire.NativePlanned}})
	if len(found.Natives) != 1 || found.Natives[0].Key != ali("10002") || found.Next != "" {
		t.Errorf("what is planned: %+v", found)
	}
	posted[wire.Forgotten](s, "/v1/forget", wire.ForgetQuery{Keys: []buyer.Key{ali("10001")}})
	if left := posted[wire.NativeList](s, "/v1/native/list", wire.NativeQuery{Site: "aliexpress", Keys: []buyer.Key{ali("10001")}}).Natives; left[0].State != "" {
		t.Errorf("after forgetting: %+v", left)
	}
	for path, body := range map[string]any{
		"/v1/native/plan":   wire.NativeQuery{Site: "aliexpress", Keys: []buyer.Key{}},
		"/v1/native/result": wire.NativeResults{Results: []wire.NativeResult{}},
	} {
		if _, err := post[any](s, path, body); codeOf(err) != "batch_empty" {
			t.Errorf("%s of nothing: %v", path, err)
		}
	}
}
