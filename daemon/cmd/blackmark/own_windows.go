package main

import "io/fs"

// ownedByUs cannot be told from a mode here.
func ownedByUs(fs.FileInfo) bool { return true }

// writable cannot be asked here without making a file.
func writable(string) error { return nil }
