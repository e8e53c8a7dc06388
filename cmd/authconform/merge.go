package main

import "github.com/spf13/cobra"

func mergeCommand() *cobra.Command { return &cobra.Command{Use: "merge", Hidden: true} }
