package browser

import (
	"context"
	"regexp"
	"strings"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// pass makes a tab identify itself as the same browser on a person's screen: without the word "Headless" in its header, in its
// client hints, and to scripts.
func pass(ctx context.Context) error {
	it, err := chromedp.Call(ctx, browser.GetVersion, cdp.Empty{})
	if err != nil {
		return err
	}
	_, err = chromedp.Call(ctx, emulation.SetUserAgentOverride, onScreen(it.UserAgent))
	return err
}

// version matches the browser's version: people's browsers send only its first number (User-Agent reduction).
var version = regexp.MustCompile(`Chrome/(\d+)[.\d]*`)

// onScreen turns a headless browser's User-Agent into that of one with a screen (UA Client Hints §3.2 for the brands).
func onScreen(agent string) emulation.SetUserAgentOverrideParams {
	agent = strings.ReplaceAll(agent, "HeadlessChrome", "Chrome")
	major := "0"
	if found := version.FindStringSubmatch(agent); found != nil {
		major = found[1]
		agent = version.ReplaceAllString(agent, "Chrome/$1.0.0.0")
	}
	return emulation.SetUserAgentOverrideParams{
		UserAgent: agent, AcceptLanguage: "en-US,en", Platform: "Linux x86_64",
		UserAgentMetadata: &emulation.UserAgentMetadata{
			Brands: []*emulation.UserAgentBrandVersion{
				{Brand: "Chromium", Version: major}, {Brand: "Google Chrome", Version: major}, {Brand: "Not_A Brand", Version: "99"},
			},
			Platform: "Linux", Architecture: "x86", Bitness: "64",
		},
	}
}
