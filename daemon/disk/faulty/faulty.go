// Package faulty gives tests disks that fail as real ones do: images whose power
// is cut, small disks that fill up, and disks that say they flushed and did not.
//
// It imports nothing of ours and is imported by tests alone. It works on Linux and
// as root; elsewhere the test that asks is skipped and says so. It never touches
// anything but the folders and images that it made.
package faulty
