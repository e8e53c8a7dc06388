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
	Home     string `flag:"home" value:"ADDRESS" group:"Servers" help:"listen address of the home; port 0 picks a free port"`
	Provider string `flag:"provider" value:"ADDRESS" help:"listen address of the provider"`
	Guide    string `flag:"guide" value:"ADDRESS" help:"listen address of the guide page"`
	configFlag
}

func demoCommand() *cobra.Command {
	f := demoFlags{Home: "127.0.0.1:8123", Provider: "127.0.0.1:8124", Guide: "127.0.0.1:8122"}
	c := &cobra.Command{
		Use: "demo", Short: "Show in your browser how an account is linked",
		Long: `Run a mock home and a mock provider with a shared clock, and a page that guides
you through the life of a linked account: credentials, denial, consent, an
expired token, a revocation and a new login. Press Ctrl-C to stop.`,
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
		"Open %s in your browser and follow the story.\n\n  home      %s\n  provider  %s\n\nPress Ctrl-C to stop.\n",
		d.Guide.URL, d.Home.URL, d.Provider.URL)
	if mock.Exposed(listenOn(f.Home), listenOn(f.Provider), listenOn(f.Guide)) {
		fmt.Fprintf(cmd.OutOrStdout(), "\n%s\n\n", reachable(d.Home.URL, d.Provider.URL, d.Guide.URL))
		person(cmd.OutOrStdout(), d.Home.Users[0].Username, d.Home.Users[0].Password, "at the home")
		person(cmd.OutOrStdout(), d.Provider.Users[0].Username, d.Provider.Users[0].Password, "at the provider")
	}
	<-cmd.Context().Done()
	return nil
}
