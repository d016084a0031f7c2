// Package sandbox serves rehearsal seller centers: pages that have the
// structure of the real ones (Shopee Seller Centre, Dianxiaomi, AliExpress
// seller center, eBay Seller Hub, Amazon Seller Central, Etsy, TikTok Shop, Temu)
// and texts and buyers that are made up. It stands in for the
// real sites in `make run`, in demos and in end-to-end tests.
//
// It may import shared/*, and nothing else of ours. It never opens a
// connection, keeps nothing but eBay's list of blocked buyers, and that in memory, and never serves a real person's data:
// every order follows from a seed (see Data).
package sandbox

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"time"
)

// The host names that the sandbox answers for. A browser reaches them through
// the arguments that Server.BrowserArgs names.
const (
	HostShopeeBR   = "seller.shopee.com.br"
	HostShopeeID   = "seller.shopee.co.id"
	HostShopeeTH   = "seller.th.shopee.cn" // the cross-border one, read by sellers in China
	HostDianxiaomi = "www.dianxiaomi.com"
	HostAliExpress = "csp.aliexpress.com"
	HostMessages   = "gsp.aliexpress.com"        // AliExpress messages
	HostGateway    = "seller-acs.aliexpress.com" // AliExpress JSON, asked across origins
	HostEBay       = "www.ebay.com"
	HostAmazon     = "sellercentral.amazon.com"
	HostEtsy       = "www.etsy.com"
	HostTikTok     = "seller-us.tiktok.com"
	HostTemu       = "seller-eu.temu.com"
	HostCoupang    = "wing.coupang.com"
	HostHostile    = "hostile.example" // pages that spy and forge, for security tests
)

// Hosts returns every host name the sandbox serves.
func Hosts() []string {
	return []string{
		HostShopeeBR, HostShopeeID, HostShopeeTH, HostDianxiaomi,
		HostAliExpress, HostMessages, HostGateway, HostEBay, HostAmazon,
		HostEtsy, HostTikTok, HostTemu, HostCoupang, HostHostile,
	}
}

// Server is a running sandbox.
type Server struct {
	http     *http.Server
	listener net.Listener
	leaf     *x509.Certificate
	done     chan error
}

// Start listens on addr (for example 127.0.0.1:0 for any free port) and serves
// over TLS until Close. The certificate is made in memory and is trusted by
// nobody. Log receives what goes wrong while serving; nil drops it.
func Start(addr string, log *slog.Logger) (*Server, error) {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	cert, leaf, err := selfSigned(append(Hosts(), "localhost"), time.Now())
	if err != nil {
		return nil, err
	}
	listener, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, err
	}
	s := &Server{
		listener: listener,
		leaf:     leaf,
		done:     make(chan error, 1),
		http: &http.Server{
			Handler:           Handler(),
			TLSConfig:         &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS12},
			ReadHeaderTimeout: 10 * time.Second,
			// A browser that does not trust the certificate closes the
			// handshake: that is expected here and no error.
			ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelDebug),
		},
	}
	go func() {
		err := s.http.ServeTLS(listener, "", "")
		if errors.Is(err, http.ErrServerClosed) {
			err = nil
		}
		s.done <- err
	}()
	return s, nil
}

// Addr is the address that the sandbox listens on, as 127.0.0.1:43127.
func (s *Server) Addr() string { return s.listener.Addr().String() }

// Certificate is the one the sandbox shows, for clients that want to trust it.
func (s *Server) Certificate() *x509.Certificate { return s.leaf }

// BrowserArgs are the Chromium arguments with which a browser sees the sandbox
// under the real host names, and counts it as a public site, as the real ones
// are.
func (s *Server) BrowserArgs() []string {
	return []string{
		"--host-resolver-rules=MAP * " + s.Addr() + ", EXCLUDE 127.0.0.1",
		"--ignore-certificate-errors",
		"--ip-address-space-overrides=" + s.Addr() + "=public",
	}
}

// Wait blocks until the server ended and returns why, nil after Close.
func (s *Server) Wait() error {
	err := <-s.done
	s.done <- err
	return err
}

// Close ends the server: open answers get up to two seconds.
func (s *Server) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	if err := s.http.Shutdown(ctx); err != nil {
		return s.http.Close()
	}
	return nil
}
