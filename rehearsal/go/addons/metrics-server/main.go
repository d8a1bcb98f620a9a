// Command metrics-server is the official one, with the packages of a newer API server.
package main

import (
	"fmt"
	"os"

	"github.com/spf13/pflag"
	openapinamer "k8s.io/apiserver/pkg/endpoints/openapi"
	genericapiserver "k8s.io/apiserver/pkg/server"
	"k8s.io/kube-openapi/pkg/common"
	"k8s.io/kube-openapi/pkg/util"
	"k8s.io/kube-openapi/pkg/validation/spec"
	"sigs.k8s.io/metrics-server/cmd/metrics-server/app/options"
	"sigs.k8s.io/metrics-server/pkg/api"
	"sigs.k8s.io/metrics-server/pkg/api/generated/openapi"
)

var version = "0.0.0"

// Since 1.35 the API server's packages look for schemas by names of OpenAPI, no longer by those of Go's types.
func definitions(ref common.ReferenceCallback) map[string]common.OpenAPIDefinition {
	known := openapi.GetOpenAPIDefinitions(func(name string) spec.Ref { return ref(util.ToRESTFriendlyName(name)) })
	found := make(map[string]common.OpenAPIDefinition, len(known))
	for name, definition := range known {
		for i, needed := range definition.Dependencies {
			definition.Dependencies[i] = util.ToRESTFriendlyName(needed)
		}
		found[util.ToRESTFriendlyName(name)] = definition
	}
	return found
}

func serve() error {
	stated := options.NewOptions()
	for _, flags := range stated.Flags().FlagSets {
		pflag.CommandLine.AddFlagSet(flags)
	}
	pflag.Parse()
	if errors := stated.Validate(); len(errors) > 0 {
		return errors[0]
	}
	config, err := stated.ServerConfig()
	if err != nil {
		return err
	}
	namer := openapinamer.NewDefinitionNamer(api.Scheme)
	second, third := config.Apiserver.OpenAPIConfig.Info, config.Apiserver.OpenAPIV3Config.Info
	config.Apiserver.OpenAPIConfig = genericapiserver.DefaultOpenAPIConfig(definitions, namer)
	config.Apiserver.OpenAPIV3Config = genericapiserver.DefaultOpenAPIV3Config(definitions, namer)
	config.Apiserver.OpenAPIConfig.Info, config.Apiserver.OpenAPIV3Config.Info = second, third
	server, err := config.Complete()
	if err != nil {
		return err
	}
	return server.RunUntil(genericapiserver.SetupSignalHandler())
}

func main() {
	if len(os.Args) == 2 && os.Args[1] == "--version" {
		fmt.Println(version)
		return
	}
	if err := serve(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
