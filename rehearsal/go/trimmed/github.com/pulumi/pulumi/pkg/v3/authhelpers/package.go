// Package authhelpers refuses Google Cloud, whose clients are left out.
package authhelpers

import (
	"context"
	"errors"

	"gocloud.dev/blob"
	"golang.org/x/oauth2/google"
)

var errLeftOut = errors.New("this pulumi was built without Google Cloud: get the official release for gs:// and gcpkms://")

// ResolveGoogleCredentials refuses.
func ResolveGoogleCredentials(context.Context, string) (*google.Credentials, error) {
	return nil, errLeftOut
}

// GoogleCredentialsMux refuses.
func GoogleCredentialsMux(context.Context) (*blob.URLMux, error) {
	return nil, errLeftOut
}
