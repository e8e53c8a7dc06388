// The Go SDK logs in to a home and lists its tools.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/modelcontextprotocol/go-sdk/auth"
	"github.com/modelcontextprotocol/go-sdk/mcp"
	"github.com/modelcontextprotocol/go-sdk/oauthex"
)

func main() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if err := login(ctx); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// login connects as the SDK's documentation shows. A program plays the person.
func login(ctx context.Context) error {
	redirect := os.Getenv("REDIRECT")
	config := auth.AuthorizationCodeHandlerConfig{RedirectURL: redirect, AuthorizationCodeFetcher: person}
	switch {
	case os.Getenv("CLIENT_DOCUMENT") != "":
		config.ClientIDMetadataDocumentConfig = &auth.ClientIDMetadataDocumentConfig{URL: os.Getenv("CLIENT_DOCUMENT")}
	case os.Getenv("CLIENT_ID") != "":
		config.PreregisteredClient = &oauthex.ClientCredentials{ClientID: os.Getenv("CLIENT_ID")}
	default:
		config.DynamicClientRegistrationConfig = &auth.DynamicClientRegistrationConfig{
			Metadata: &oauthex.ClientRegistrationMetadata{ClientName: "Test", RedirectURIs: []string{redirect}},
		}
	}
	handler, err := auth.NewAuthorizationCodeHandler(&config)
	if err != nil {
		return err
	}
	client := mcp.NewClient(&mcp.Implementation{Name: "test", Version: "1"}, nil)
	transport := &mcp.StreamableClientTransport{Endpoint: os.Getenv("MCP_URL"), OAuthHandler: handler, MaxRetries: -1}
	session, err := client.Connect(ctx, transport, nil)
	if err != nil {
		return err
	}
	defer session.Close()
	list, err := session.ListTools(ctx, nil)
	if err != nil {
		return err
	}
	for _, tool := range list.Tools {
		if strings.HasSuffix(tool.Name, "HassTurnOn") {
			return nil
		}
	}
	return errors.New("no tools")
}

func person(ctx context.Context, args *auth.AuthorizationArgs) (*auth.AuthorizationResult, error) {
	out, err := exec.CommandContext(ctx, "python3", os.Getenv("PERSON"), args.URL).Output()
	if err != nil {
		return nil, fmt.Errorf("the person did not get in: %w", err)
	}
	var back struct{ Code, State string }
	if err := json.Unmarshal(out, &back); err != nil {
		return nil, err
	}
	return &auth.AuthorizationResult{Code: back.Code, State: back.State}, nil
}
