package main

import (
	"context"
	"encoding/json"
	"io"
	"net/url"
	"strings"

	"github.com/spf13/cobra"

	"github.com/authconform/authconform/harness/kind"
	"github.com/authconform/authconform/harness/mcp/doctor"
	"github.com/authconform/authconform/harness/wire"
	"github.com/authconform/authconform/internal/exit"
	"github.com/authconform/authconform/internal/harmless"
)

// mcpFlags are the options of `mcp`.
type mcpFlags struct {
	Target   string   `flag:"target" value:"URL" group:"Target" help:"the MCP endpoint; the same as the argument"`
	AlsoHost []string `flag:"also-host" value:"NAME" help:"other host names to send the requests under; comma-separated"`
	ClientID string   `flag:"client-id" value:"ID" help:"your client's id; its metadata document is checked too"`
	kind.Reach
	JSON bool `flag:"json" group:"Result" help:"requests, causes and clients with their sources, as JSON"`
	configFlag
}

func mcpCommand() *cobra.Command {
	f := mcpFlags{Reach: kind.Reachable()}
	c := &cobra.Command{
		Use: "mcp URL", Short: "Explain why MCP clients cannot log in to a server",
		Long: `Look for the login of an MCP server as clients do, without logging in, and print
which clients can log in, which response stops the others, and what to change.
It requests only public documents, and sends no credentials.

Exit code 0: all clients can log in; 1: something stops some of them; 3: there
is nothing to log in to.`,
		Example: `  authconform mcp http://homeassistant.local:8123/api/mcp
  authconform mcp https://home.example/api/mcp --also-host homeassistant.local
  authconform mcp https://home.example/api/mcp --client-id https://app.example/`,
		Args: atMostOne("the URL of an MCP endpoint"), PreRunE: targetArgument,
	}
	declare(c, &f, &f.Config, func(cmd *cobra.Command, _ []string) error { return f.run(cmd) })
	return c
}

func (f *mcpFlags) run(cmd *cobra.Command) error {
	targets, err := f.targets()
	if err != nil {
		return err
	}
	if err := f.Resolve(); err != nil {
		return err
	}
	var found []*doctor.Diagnosis
	for _, t := range targets {
		d, err := f.ask(cmd.Context(), t)
		if err != nil {
			return exit.With(exit.Broken, err)
		}
		if cmd.Context().Err() != nil {
			return exit.Interrupt(cmd.Context(), "nothing is left at the target")
		}
		found = append(found, d)
	}
	out := harmless.Writer{To: cmd.OutOrStdout()}
	if f.JSON {
		err = f.encode(out, found)
	} else {
		err = printDiagnoses(out, found, f.again())
	}
	if err != nil {
		return exit.With(exit.Broken, err)
	}
	return outcomeOf(found)
}

// outcomeOf returns the exit code of the worst diagnosis.
func outcomeOf(found []*doctor.Diagnosis) error {
	nothing := 0
	for _, d := range found {
		switch d.State {
		case doctor.Causes:
			return exit.Silent(exit.Failed)
		case doctor.Nothing:
			nothing++
		}
	}
	if nothing > 0 {
		return exit.Silent(exit.NoTarget)
	}
	return nil
}

// named is the endpoint under one of its names.
type named struct{ url, connect string }

// targets returns the endpoint under each of its names.
func (f *mcpFlags) targets() ([]named, error) {
	if f.Target == "" {
		return nil, exit.Usagef("which MCP endpoint? Give its URL, like http://homeassistant.local:8123/api/mcp")
	}
	u, err := url.Parse(f.Target)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" {
		return nil, exit.Usagef("--target: not a URL like http://homeassistant.local:8123/api/mcp")
	}
	u.Fragment, u.RawFragment = "", ""
	if at, err := url.Parse(f.ClientID); err == nil && at.User != nil {
		return nil, exit.Usagef("--client-id: the URL contains a user name or password")
	}
	list := []named{{u.String(), ""}}
	for _, name := range f.AlsoHost {
		renamed, connect, err := doctor.Under(u.String(), name)
		if err != nil {
			return nil, exit.Usagef("--also-host: %v", err)
		}
		list = append(list, named{renamed, connect})
	}
	return list, nil
}

func (f *mcpFlags) ask(ctx context.Context, t named) (*doctor.Diagnosis, error) {
	o, err := f.Wire(t.url, 1)
	if err != nil {
		return nil, err
	}
	if o.Connect = t.connect; f.Disguise {
		o.Role = wire.AsHome
	}
	return doctor.Ask(ctx, t.url, f.ClientID, o)
}

func (f *mcpFlags) encode(w io.Writer, found []*doctor.Diagnosis) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(struct {
		Diagnoses []*doctor.Diagnosis `json:"diagnoses"`
		Again     string              `json:"again"`
	}{found, f.again()})
}

// again returns the command that reproduces the diagnosis. It omits the URL's query, which may be secret.
func (f *mcpFlags) again() string {
	words := []string{"authconform", "mcp", doctor.Shown(f.Target)}
	for _, flag := range []struct{ name, value string }{
		{"--also-host", strings.Join(f.AlsoHost, ",")}, {"--client-id", doctor.Shown(f.ClientID)},
		{"--ca-file", f.CAFile}, {"--trust-origin", strings.Join(f.TrustOrigins, ",")}, {"--client-cert", f.ClientCert},
	} {
		if flag.value != "" {
			words = append(words, flag.name, flag.value)
		}
	}
	for _, h := range f.Headers {
		if strings.HasPrefix(h, "@") { // other values are secret
			words = append(words, "--header", h)
		}
	}
	if f.Insecure {
		words = append(words, "--insecure")
	}
	for i, w := range words {
		if strings.ContainsAny(w, " \t\n'\"$&;|<>()*?\\`!#~[]{}") {
			words[i] = "'" + strings.ReplaceAll(w, "'", `'\''`) + "'"
		}
	}
	return strings.Join(words, " ")
}
