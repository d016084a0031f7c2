package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"blackmark/shared/problem"
)

// The command says where it listens before it serves, and ends when told.
func TestServesUntilInterrupted(t *testing.T) {
	ctx, interrupt := context.WithTimeout(t.Context(), 30*time.Second)
	defer interrupt()
	out, in := io.Pipe()
	cmd := command()
	cmd.SetArgs([]string{"--json"})
	cmd.SetOut(in)
	ended := make(chan error, 1)
	go func() { ended <- errors.Join(cmd.ExecuteContext(ctx), in.Close()) }()

	line, err := bufio.NewReader(out).ReadBytes('\n')
	if err != nil {
		t.Fatal(err)
	}
	var said struct {
		Addr  string   `json:"addr"`
		Hosts []string `json:"hosts"`
		Args  []string `json:"browser_args"`
	}
	if err := json.Unmarshal(line, &said); err != nil {
		t.Fatal(err)
	}
	if len(said.Hosts) < 8 || len(said.Args) != 3 {
		t.Errorf("announced %s", line)
	}
	conn, err := net.Dial("tcp", said.Addr)
	if err != nil {
		t.Fatal(err)
	}
	if err := conn.Close(); err != nil {
		t.Fatal(err)
	}
	interrupt()
	if err := <-ended; err != nil {
		t.Errorf("ended with %v", err)
	}
}

func TestRefusesToListenForOthers(t *testing.T) {
	for _, addr := range []string{"0.0.0.0:0", ":0", "127.0.0.1", "[::]:0"} {
		cmd := command()
		cmd.SetArgs([]string{"--addr", addr})
		cmd.SetOut(io.Discard)
		err := cmd.ExecuteContext(t.Context())
		var p *problem.Error
		if !errors.As(err, &p) || p.Code != "sandbox_addr" || p.Hint == "" {
			t.Errorf("%s: %v", addr, err)
		}
	}
}

func TestHelpNamesEveryParameter(t *testing.T) {
	for _, word := range []string{"orders=", "seed=", "virtual=", "latency=", "login=", "build=", "columns=", "lang="} {
		if !strings.Contains(command().Long, word) {
			t.Errorf("the help does not explain %s", word)
		}
	}
}
