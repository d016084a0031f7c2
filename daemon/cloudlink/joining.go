package cloudlink

import (
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"io/fs"
	"os"

	"blackmark/shared/cloudtrust"
)

// joiningFile is what is kept from before the first invitation is used until a
// membership stands. Of its secret and an invitation the token is made by which
// the cloud will know this machine: asked again after an answer was lost, the
// cloud finds the account that it has made already.
type joiningFile struct {
	Format int    `json:"format"`
	Secret []byte `json:"secret"`
}

const joiningInfo = "blackmark/cloudlink/device/1"

// deviceFor is the token for an invitation, the same each time, and on the disk
// before it is used.
func (l *Link) deviceFor(invitation cloudtrust.Invitation) (string, error) {
	path := l.path(joiningName)
	var kept joiningFile
	found, err := readFile(path, &kept, &kept.Format)
	if err != nil {
		return "", err
	}
	if !found || len(kept.Secret) != 32 {
		kept = joiningFile{Format: fileFormat, Secret: make([]byte, 32)}
		_, _ = rand.Read(kept.Secret)
		if err := writeFile(path, kept); err != nil {
			return "", err
		}
	}
	token, err := hkdf.Key(sha256.New, kept.Secret, invitation.Token[:], joiningInfo, 32)
	return base64.RawURLEncoding.EncodeToString(token), err
}

// joinedNow forgets what was kept for joining: another membership has another
// secret.
func (l *Link) joinedNow() error {
	if err := os.Remove(l.path(joiningName)); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}
