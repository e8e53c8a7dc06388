package main

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"

	"github.com/authconform/authconform/evidence"
)

// version is set by the release build: -ldflags "-X main.version=1.2.3".
var version = "dev"

func tool() evidence.Tool {
	t := evidence.Tool{Version: version}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" {
				t.Commit = s.Value
			}
		}
	}
	return t
}

func versionCommand() *cobra.Command {
	return &cobra.Command{
		Use: "version", Short: "Print the version", RunE: func(cmd *cobra.Command, _ []string) error {
			t := tool()
			if t.Commit != "" {
				t.Version += " (" + t.Commit[:min(12, len(t.Commit))] + ")"
			}
			_, err := fmt.Fprintf(cmd.OutOrStdout(), "authconform %s %s/%s %s\n", t.Version, runtime.GOOS, runtime.GOARCH, runtime.Version())
			return err
		},
	}
}
