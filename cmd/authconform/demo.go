package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/authconform/authconform/demo"
	"github.com/authconform/authconform/internal/exit"
	"github.com/authconform/authconform/mock"
)

// demoFlags are the options of `demo`.
type demoFlags struct {
	Home     string `flag:"home" value:"ADDRESS" group:"Servers" help:"of the home; port 0 takes a free one"`
	Provider string `flag:"provider" value:"ADDRESS" help:"of the provider"`
	Guide    string `flag:"guide" value:"ADDRESS" help:"of the page that explains"`
	configFlag
}

func demoCommand() *cobra.Command {
	f := demoFlags{Home: "127.0.0.1:8123", Provider: "127.0.0.1:8124", Guide: "127.0.0.1:8122"}
	c := &cobra.Command{
		Use: "demo", Short: "Tell a story in your browser: an account that is linked",
		Long: `Serve a mock home and a mock provider that share a clock, and a page that leads
through the life of a linked account: credentials, no, yes, an expired token, a
revocation, a new login. Until Ctrl-C.`,
	}
	declare(c, &f, &f.Config, func(cmd *cobra.Command, _ []string) error { return f.run(cmd) })
	return c
}

func (f *demoFlags) run(cmd *cobra.Command) error {
	d, err := demo.Start(listenOn(f.Home), listenOn(f.Provider), listenOn(f.Guide))
	if err != nil {
		return exit.With(exit.Usage, err)
	}
	defer d.Stop()
	fmt.Fprintf(cmd.OutOrStdout(),
		"Open %s in your browser: it leads through the story.\n\n  home      %s\n  provider  %s\n\nCtrl-C ends it.\n",
		d.Guide.URL, d.Home.URL, d.Provider.URL)
	if mock.Exposed(listenOn(f.Home), listenOn(f.Provider), listenOn(f.Guide)) {
		fmt.Fprintf(cmd.OutOrStdout(), "\n%s\n\n", reachable(d.Home.URL, d.Provider.URL, d.Guide.URL))
		person(cmd.OutOrStdout(), d.Home.Users[0].Username, d.Home.Users[0].Password, "at the home")
		person(cmd.OutOrStdout(), d.Provider.Users[0].Username, d.Provider.Users[0].Password, "at the provider")
	}
	<-cmd.Context().Done()
	return nil
}
