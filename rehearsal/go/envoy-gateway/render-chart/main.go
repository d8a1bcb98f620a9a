// render-chart prints what Helm would make of a chart's templates: hooks first, then the rest, each in Helm's order.
//
//	render-chart FOLDER RELEASE NAMESPACE <values.json
//
// ${NAME} in the chart's own values is filled in from the environment, as its publisher does for a release.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"helm.sh/helm/v3/pkg/chart"
	"helm.sh/helm/v3/pkg/chart/loader"
	"helm.sh/helm/v3/pkg/chartutil"
	"helm.sh/helm/v3/pkg/engine"
	"helm.sh/helm/v3/pkg/releaseutil"
)

var version = "0.0.0"

func main() {
	if len(os.Args) == 2 && os.Args[1] == "--version" {
		fmt.Println(version)
		return
	}
	if len(os.Args) != 4 {
		fail(fmt.Errorf("usage: render-chart FOLDER RELEASE NAMESPACE <values.json"))
	}
	if err := render(os.Args[1], os.Args[2], os.Args[3]); err != nil {
		fail(err)
	}
}

func render(folder, release, namespace string) error {
	found, err := load(folder)
	if err != nil {
		return err
	}
	given := map[string]interface{}{}
	if err := json.NewDecoder(os.Stdin).Decode(&given); err != nil {
		return err
	}
	options := chartutil.ReleaseOptions{Name: release, Namespace: namespace, IsInstall: true, Revision: 1}
	values, err := chartutil.ToRenderValues(found, given, options, chartutil.DefaultCapabilities)
	if err != nil {
		return err
	}
	files, err := engine.Render(found, values)
	if err != nil {
		return err
	}
	for name := range files {
		if filepath.Ext(name) == ".txt" {
			delete(files, name)
		}
	}
	hooks, manifests, err := releaseutil.SortManifests(files, nil, releaseutil.InstallOrder)
	if err != nil {
		return err
	}
	for _, hook := range hooks {
		fmt.Printf("---\n%s\n", hook.Manifest)
	}
	for _, manifest := range manifests {
		fmt.Printf("---\n%s\n", manifest.Content)
	}
	return nil
}

// load reads the chart without its subcharts: their definitions are installed by who calls this.
func load(folder string) (*chart.Chart, error) {
	var files []*loader.BufferedFile
	for _, pattern := range []string{"Chart.yaml", "values*.yaml", "templates/*"} {
		paths, err := filepath.Glob(filepath.Join(folder, pattern))
		if err != nil {
			return nil, err
		}
		for _, path := range paths {
			content, err := os.ReadFile(path)
			if err != nil {
				return nil, err
			}
			name, err := filepath.Rel(folder, path)
			if err != nil {
				return nil, err
			}
			if name == "values.tmpl.yaml" {
				name, content = "values.yaml", []byte(os.ExpandEnv(string(content)))
			}
			files = append(files, &loader.BufferedFile{Name: name, Data: content})
		}
	}
	return loader.LoadFiles(files)
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}
