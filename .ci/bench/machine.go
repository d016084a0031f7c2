package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
)

// machine is a sentence about the machine that this runs on; what cannot be found
// out is left out.
func machine() string {
	var parts []string
	add := func(format, value string) {
		if value = strings.TrimSpace(value); value != "" {
			parts = append(parts, fmt.Sprintf(format, value))
		}
	}
	add("%s", field("/proc/cpuinfo", `model name\s*: (.*)`))
	add("%s cores", strconv.Itoa(runtime.NumCPU()))
	if kilobytes, err := strconv.Atoi(field("/proc/meminfo", `MemTotal:\s*(\d+)`)); err == nil {
		add("%s GB of memory", strconv.Itoa((kilobytes+500_000)/1_000_000))
	}
	add("%s", diskOf(os.TempDir()))
	add("Linux %s", field("/proc/sys/kernel/osrelease", `(.*)`))
	add("%s", said(`Chromium [0-9.]+`, chromium(), "--version"))
	add("Go %s", strings.TrimPrefix(runtime.Version(), "go"))
	return strings.Join(parts, ", ")
}

// chromium is the browser that is measured, as the end-to-end tests find it.
func chromium() string {
	if other := os.Getenv("BLACKMARK_CHROMIUM"); other != "" {
		return other
	}
	return "/usr/bin/chromium"
}

// diskOf is the file system and the device of a folder.
func diskOf(dir string) string {
	text, err := exec.Command("df", "--output=fstype,source", dir).Output()
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	fields := strings.Fields(lines[len(lines)-1])
	if err != nil || len(fields) != 2 {
		return ""
	}
	name := filepath.Base(fields[1])
	kind := "disk"
	if flag, err := os.ReadFile("/sys/class/block/" + name + "/queue/rotational"); err == nil && strings.TrimSpace(string(flag)) == "0" {
		kind = "solid-state disk"
	}
	return fmt.Sprintf("%s on %s (%s)", fields[0], name, kind)
}

func field(path, pattern string) string {
	text, err := os.ReadFile(path)
	match := regexp.MustCompile(pattern).FindSubmatch(text)
	if err != nil || match == nil {
		return ""
	}
	return string(match[1])
}

func said(pattern, program string, args ...string) string {
	text, err := exec.Command(program, args...).Output()
	if err != nil {
		return ""
	}
	return regexp.MustCompile(pattern).FindString(string(text))
}
