package browser

import (
	"os"
	"slices"
	"strings"

	"github.com/chromedp/chromedp"
)

// silentFeatures are switched off in one list, because the last --disable-features wins. The first two are chromedp's.
var silentFeatures = []string{
	"Translate", "BlinkGenPropertyTrees",
	"NetworkTimeServiceQuerying", // asks clients2.google.com for the time
	"OptimizationHints", "MediaRouter", "InterestFeedContentSuggestions",
	"HttpsUpgrades", "HttpsFirstBalancedModeAutoEnable", // http://app.example must stay what the client registered
	"LocalNetworkAccessChecks", // would answer "may a public page frame a home at 127.0.0.1?" in the home's place
}

// flags are the launch options of a browser that has one way out: a SOCKS proxy.
func flags(o Options, proxy string) []chromedp.ExecAllocatorOption {
	list := append(slices.Clone(chromedp.DefaultExecAllocatorOptions[:]),
		chromedp.ExecPath(o.Path),
		chromedp.WSURLReadTimeout(LaunchLimit),
		chromedp.WindowSize(1280, 800),
		chromedp.Flag("lang", "en-US"),
		chromedp.Flag("accept-lang", "en-US"),
		chromedp.Flag("disable-features", strings.Join(silentFeatures, ",")),
		chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-domain-reliability", true),
		chromedp.Flag("no-pings", true),
		chromedp.Flag("component-updater", "url-source=http://127.0.0.1:9/"),
		// All connections go through the proxy, those to loopback too; no name is looked up but by it, and nothing goes out
		// as a datagram: no QUIC, and of WebRTC what the proxy takes, which is nothing.
		chromedp.Flag("proxy-server", "socks5://"+proxy),
		chromedp.Flag("proxy-bypass-list", "<-loopback>"),
		chromedp.Flag("host-resolver-rules", "MAP * ~NOTFOUND , EXCLUDE 127.0.0.1"),
		chromedp.Flag("disable-quic", true),
		chromedp.Flag("force-webrtc-ip-handling-policy", "disable_non_proxied_udp"),
		// One process for all frames of a tab: the requests of a frame from another site would otherwise arrive at
		// another session, and "no request was made" would be said too early.
		chromedp.Flag("disable-site-isolation-trials", true),
		// The user's password may be in our environment; the browser needs none of it but this.
		chromedp.NoInheritEnv,
		chromedp.Env(keptEnv()...),
	)
	if len(o.IgnoreCertSPKI) > 0 {
		list = append(list, chromedp.Flag("ignore-certificate-errors-spki-list", strings.Join(o.IgnoreCertSPKI, ",")))
	}
	if os.Geteuid() == 0 {
		list = append(list, chromedp.NoSandbox) // Chromium refuses to run its sandbox as root
	}
	return list
}

func keptEnv() []string {
	var kept []string
	for _, name := range []string{"PATH", "HOME", "TMPDIR", "TEMP", "SYSTEMROOT", "LD_LIBRARY_PATH", "XDG_RUNTIME_DIR",
		"FONTCONFIG_PATH", "FONTCONFIG_FILE"} {
		if value, ok := os.LookupEnv(name); ok {
			kept = append(kept, name+"="+value)
		}
	}
	return append(kept, "LANG=en_US.UTF-8", "LANGUAGE=en_US")
}
