package main

import "github.com/spf13/cobra"
import "github.com/authconform/authconform/run"

func serveCommand() *cobra.Command { return &cobra.Command{Use: "serve"} }
func startBuiltIn(o *run.Options) (func(), error) { return nil, nil }
