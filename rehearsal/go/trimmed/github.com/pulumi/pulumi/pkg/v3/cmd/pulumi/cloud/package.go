// Package cloud is left out, with `pulumi api` and the reader of OpenAPI documents behind it, an eighth of all that was
// compiled.
package cloud

import (
	"context"
	"errors"

	"github.com/pulumi/pulumi/pkg/v3/backend/httpstate/client"
	"github.com/spf13/cobra"
)

var errLeftOut = errors.New("this pulumi was built without the commands for Pulumi Cloud: get the official release")

// APIError is what `pulumi api` fails with, so never.
type APIError struct {
	ExitCode int
	Silent   bool
}

func (*APIError) Error() string { return errLeftOut.Error() }

// ResolvedContext is what commands for Pulumi Cloud ask with.
type ResolvedContext struct {
	Client   *client.Client
	OrgName  string
	LoggedIn bool
}

// ResolveContext refuses.
func ResolveContext(context.Context) (*ResolvedContext, error) { return nil, errLeftOut }

// NewAPICmd is the command, which refuses.
func NewAPICmd() *cobra.Command {
	return &cobra.Command{
		Use:    "api",
		Hidden: true,
		RunE:   func(*cobra.Command, []string) error { return errLeftOut },
	}
}
