// Command network-policies is kube-router's network policy controller, without its routes, service proxy and BGP.
package main

import (
	"fmt"
	"os"
	"sync"

	"github.com/cloudnativelabs/kube-router/v2/pkg/controllers/netpol"
	"github.com/cloudnativelabs/kube-router/v2/pkg/healthcheck"
	"github.com/cloudnativelabs/kube-router/v2/pkg/options"
	"github.com/spf13/pflag"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/klog/v2"
)

var version = "0.0.0"

func must[T any](value T, err error) T {
	if err != nil {
		klog.Fatal(err)
	}
	return value
}

func main() {
	if len(os.Args) == 2 && os.Args[1] == "--version" {
		fmt.Println(version)
		return
	}
	config := options.NewKubeRouterConfig()
	config.AddFlags(pflag.CommandLine)
	pflag.Parse()
	client := must(kubernetes.NewForConfig(must(clientcmd.BuildConfigFromFlags("", config.Kubeconfig))))
	factory := informers.NewSharedInformerFactory(client, 0)
	pods, namespaces := factory.Core().V1().Pods().Informer(), factory.Core().V1().Namespaces().Informer()
	policies := factory.Networking().V1().NetworkPolicies().Informer()
	stop := make(chan struct{})
	factory.Start(stop)
	factory.WaitForCacheSync(stop)
	tables, sets, err := netpol.NewIPTablesHandlers(config)
	if err != nil {
		klog.Fatal(err)
	}
	controller := must(netpol.NewNetworkPolicyController(
		client, config, pods, policies, namespaces, &sync.Mutex{}, tables, sets))
	must(pods.AddEventHandler(controller.PodEventHandler))
	must(namespaces.AddEventHandler(controller.NamespaceEventHandler))
	must(policies.AddEventHandler(controller.NetworkPolicyEventHandler))
	beats := make(chan *healthcheck.ControllerHeartbeat, 10)
	go func() {
		for range beats { // it would stop at a full channel
		}
	}()
	var group sync.WaitGroup
	group.Add(1)
	controller.Run(beats, stop, &group)
	os.Exit(1) // it ends where its Node isn't registered yet: who supervises it starts it again
}
