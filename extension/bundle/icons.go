package main

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
)

// iconSizes are in pixels; the browsers take these four.
var iconSizes = []int{16, 32, 48, 128}

func iconFiles() map[string]string {
	names := map[string]string{}
	for _, size := range iconSizes {
		names[fmt.Sprint(size)] = fmt.Sprintf("icons/%d.png", size)
	}
	return names
}

// drawIcons draws a black square with round corners and a white flag, with a
// grey rim that keeps it visible on a black toolbar.
func drawIcons() (files, error) {
	made := files{}
	for _, size := range iconSizes {
		var file bytes.Buffer
		if err := png.Encode(&file, drawIcon(size)); err != nil {
			return nil, err
		}
		made[fmt.Sprintf("icons/%d.png", size)] = file.Bytes()
	}
	return made, nil
}

// grain is how many samples a pixel has on each side.
const grain = 8

func drawIcon(size int) image.Image {
	icon := image.NewNRGBA(image.Rect(0, 0, size, size))
	for y := range size {
		for x := range size {
			icon.SetNRGBA(x, y, pixel(x, y, size))
		}
	}
	return icon
}

// pixel averages the samples of one pixel, in units of the icon's width.
func pixel(x, y, size int) color.NRGBA {
	var light, covered int
	for sy := range grain {
		for sx := range grain {
			u := (float64(x) + (float64(sx)+0.5)/grain) / float64(size)
			v := (float64(y) + (float64(sy)+0.5)/grain) / float64(size)
			if shade, inside := sample(u, v, 1/float64(size)); inside {
				light += shade
				covered++
			}
		}
	}
	if covered == 0 {
		return color.NRGBA{}
	}
	shade := uint8(light / covered)
	return color.NRGBA{R: shade, G: shade, B: shade, A: uint8(covered * 255 / (grain * grain))}
}

// sample tells the brightness of a point and whether the icon covers it.
func sample(u, v, rim float64) (shade int, inside bool) {
	const corner = 0.22
	switch {
	case !rounded(u, v, 0, corner):
		return 0, false
	case !rounded(u, v, rim, corner-rim):
		return 96, true
	case pennant(u, v):
		return 255, true
	}
	return 17, true
}

// rounded tells whether a point is in the square that keeps this margin.
func rounded(u, v, margin, radius float64) bool {
	dx := max(margin+radius-u, u-(1-margin-radius), 0)
	dy := max(margin+radius-v, v-(1-margin-radius), 0)
	return dx*dx+dy*dy <= radius*radius
}

// pennant is a pole with a flag whose outer edge is cut in.
func pennant(u, v float64) bool {
	if u >= 0.25 && u <= 0.3125 && v >= 0.1875 && v <= 0.8125 {
		return true
	}
	if u < 0.3125 || v < 0.1875 || v > 0.5625 {
		return false
	}
	fromMiddle := v - 0.375
	if fromMiddle < 0 {
		fromMiddle = -fromMiddle
	}
	return u <= 0.6875+fromMiddle*0.5
}
