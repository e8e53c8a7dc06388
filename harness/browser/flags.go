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

// flags are the launch options of a browser whose only way out is a SOCKS proxy.
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
		// All connections go through the proxy, even those to loopback. Only the proxy resolves names, and no datagrams leave the
		// browser: there is no QUIC, and WebRTC could only use the proxy, which refuses it.
		chromedp.Flag("proxy-server", "socks5://"+proxy),
		chromedp.Flag("proxy-bypass-list", "<-loopback>"),
		chromedp.Flag("host-resolver-rules", "MAP * ~NOTFOUND , EXCLUDE 127.0.0.1"),
		chromedp.Flag("disable-quic", true),
		chromedp.Flag("force-webrtc-ip-handling-policy", "disable_non_proxied_udp"),
		// One process for all frames of a tab: otherwise the requests of a frame from another site would arrive at another
		// session, and a test for "no request" would look too early.
		chromedp.Flag("disable-site-isolation-trials", true),
		// Our environment may hold the user's password; the browser gets only these variables of it.
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
