package main

import (
	"github.com/spf13/cobra"

	"github.com/authconform/authconform/proof/defects"
)

func proveCommand() *cobra.Command { return &cobra.Command{Use: "prove", Hidden: true} }

func defectIDs() []string {
	var ids []string
	for _, d := range defects.All() {
		ids = append(ids, d.ID)
	}
	return ids
}
