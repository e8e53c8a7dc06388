package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/authconform/authconform/demo"
	"github.com/authconform/authconform/run"
)

func demoCommand() *cobra.Command {
	var home, provider, guide string
	c := &cobra.Command{
		Use: "demo", Short: "A story in your browser: a home, a third party, and an account that is linked",
		Long: `Serve a mock home and a mock provider that share a clock, and a page that leads through the life of a
linked account: credentials, no, yes, an expired token, a revocation, a new login. Until Ctrl-C.`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			d, err := demo.Start(listenOn(home), listenOn(provider), listenOn(guide))
			if err != nil {
				return run.Usage("%v", err)
			}
			defer d.Stop()
			fmt.Fprintf(cmd.OutOrStdout(), "Open %s in your browser: it leads through the story.\n\n  home      %s\n  provider  %s\n\nCtrl-C ends it.\n", d.Guide.URL, d.Home.URL, d.Provider.URL)
			<-cmd.Context().Done()
			return nil
		},
	}
	c.Flags().StringVar(&home, "home", "127.0.0.1:8123", "`ADDRESS` of the home; port 0 takes a free one")
	c.Flags().StringVar(&provider, "provider", "127.0.0.1:8124", "`ADDRESS` of the provider")
	c.Flags().StringVar(&guide, "guide", "127.0.0.1:8122", "`ADDRESS` of the page that explains")
	return c
}
