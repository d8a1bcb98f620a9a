// Command ratelimit is Envoy's rate limit service, which says its version; its own command starts whatever it is told.
package main

import (
	"fmt"
	"os"

	"github.com/envoyproxy/ratelimit/src/service_cmd/runner"
	"github.com/envoyproxy/ratelimit/src/settings"
)

var version = "0.0.0"

func main() {
	if len(os.Args) == 2 && os.Args[1] == "--version" {
		fmt.Println(version)
		return
	}
	service := runner.NewRunner(settings.NewSettings())
	service.Run()
}
