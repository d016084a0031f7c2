// Command bundle makes the extension: it joins the TypeScript with esbuild's Go
// API, writes the three manifests and packs zips that are the same byte for
// byte whenever the sources are.
//
// It may import esbuild and the shared contract, and nothing of the daemon. It
// never reads the network, a clock or the environment, and it never changes a
// source file except messages.gen.ts, which it is told to write by -generate.
//
//	go run ./extension/bundle                 builds extension/dist
//	go run ./extension/bundle -sites DIR      with the sites in this folder too, as if they stood in shared/site/sites
//	go run ./extension/bundle -generate       writes the types of the messages
//	go run ./extension/bundle -check          says what is missing or stale; writes nothing
//	go run ./extension/bundle -story FILE     joins e2e/story into one script for Node
//	go run ./extension/bundle -overlay FILE   joins the overlay alone, for its tests
//	go run ./extension/bundle -reader FILE    joins the reader of pages alone, for its tests
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"

	"blackmark/shared/licences"
)

func main() {
	repo := flag.String("repo", ".", "folder of the repository")
	out := flag.String("out", "", "folder to build into (default REPO/extension/dist)")
	more := flag.String("sites", "", "folder with more sites, beside those of shared/site/sites")
	generate := flag.Bool("generate", false, "write src/ui/messages.gen.ts from the messages, and stop")
	check := flag.Bool("check", false, "check the messages and the generated file, and stop")
	story := flag.String("story", "", "join extension/e2e/story/index.ts into this file for Node, and stop")
	overlay := flag.String("overlay", "", "join extension/e2e/overlay/mount.ts into this file for a test's page, and stop")
	reader := flag.String("reader", "", "join extension/e2e/site/reader.ts into this file for a test's page, and stop")
	flag.Parse()

	source, err := openSource(*repo)
	source.moreSites = *more
	if err == nil {
		switch {
		case *generate:
			err = source.writeTypes()
		case *check:
			err = source.check()
		case *story != "":
			err = source.buildStory(*story)
		case *overlay != "":
			err = source.buildOverlay(*overlay)
		case *reader != "":
			err = source.buildReader(*reader)
		default:
			err = source.build(*out)
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bundle:", err)
		os.Exit(1)
	}
}

// source is where everything is read from.
type source struct {
	repo      string // absolute
	extension string // absolute: repo/extension
	moreSites string // a folder of sites beside those of the repository, or ""
}

func openSource(repo string) (source, error) {
	abs, err := filepath.Abs(repo)
	if err != nil {
		return source{}, err
	}
	s := source{repo: abs, extension: filepath.Join(abs, "extension")}
	if _, err := os.Stat(filepath.Join(s.extension, "package.json")); err != nil {
		return source{}, fmt.Errorf("%s is not the repository: it has no extension/package.json", repo)
	}
	return s, nil
}

// build writes one folder for each target, and a zip of each that a store takes.
func (s source) build(out string) error {
	if out == "" {
		out = filepath.Join(s.extension, "dist")
	}
	sites, err := s.readSites()
	if err != nil {
		return err
	}
	version, err := s.version()
	if err != nil {
		return err
	}
	scripts, err := s.bundleScripts(sites)
	if err != nil {
		return err
	}
	definitions, err := sites.scripts()
	if err != nil {
		return err
	}
	messages, err := s.readMessages()
	if err != nil {
		return err
	}
	messages.addReasons()
	words, err := s.words(messages, scripts)
	if err != nil {
		return err
	}
	icons, err := drawIcons()
	if err != nil {
		return err
	}
	for _, t := range targets {
		files := files{"licences.txt": []byte(licences.Text)}
		files.add(scripts, t.keeps)
		files.add(icons, nil)
		files.add(definitions, nil)
		files.add(messages.files(), nil)
		files.add(words, nil)
		if files["manifest.json"], err = manifest(t, version, sites.patterns()); err != nil {
			return err
		}
		if err := files.writeTo(filepath.Join(out, t.name)); err != nil {
			return err
		}
		if t.development {
			continue
		}
		if err := files.zipTo(filepath.Join(out, "blackmark-"+t.name+".zip")); err != nil {
			return err
		}
	}
	fmt.Printf("extension: %d sites, content script %d of %d bytes, panel %d, in %s\n",
		len(sites), len(scripts["content.js"]), contentLimit, len(scripts["panel.js"]), out)
	return nil
}

// check reports everything that is wrong with what a build would be made of.
func (s source) check() error {
	return errors.Join(s.checkMessages(), s.checkTypes())
}
