// Package all registers the specs of every suite.
package all

import (
	_ "github.com/authconform/authconform/suites/accountlink"    // an account-link proxy
	_ "github.com/authconform/authconform/suites/home"           // a home's login
	_ "github.com/authconform/authconform/suites/indieauth"      // an IndieAuth server
	_ "github.com/authconform/authconform/suites/linking"        // a home as OAuth client
	_ "github.com/authconform/authconform/suites/mcp"            // an MCP endpoint and its authorization server
	_ "github.com/authconform/authconform/suites/oauth/resource" // every protected resource
	_ "github.com/authconform/authconform/suites/oauth/server"   // every authorization server
	_ "github.com/authconform/authconform/suites/provider"       // what homes need of a third party
)
