package defects

import (
	"slices"

	"github.com/authconform/authconform/mockprovider"
	"github.com/authconform/authconform/mockprovider/accountlink"
	"github.com/authconform/authconform/mockserver"
)

// Home lists what is wrong with homes, by section.
func Home() []Defect[mockserver.Policy] {
	return slices.Concat(
		metadataDefects,
		clientIDDefects,
		redirectURIDefects,
		clientPageDefects,
		metadataDocumentDefects,
		loginFlowDefects,
		codeDefects,
		pkceDefects,
		tokenDefects,
		tokenAnswerDefects,
		tokenErrorDefects,
		refreshDefects,
		revocationDefects,
		bearerDefects,
		signedPathDefects,
		websocketDefects,
		multiFactorDefects,
		longLivedDefects,
		linkUserDefects,
		loginPageDefects,
		headersDefects,
		onboardingDefects,
		advisoryDefects,
		robustnessDefects,
		credentialsDefects,
		linkingFlowDefects,
		authorizeRequestDefects,
		callbackDefects,
		tokenClientDefects,
		tokenUseDefects,
		cloudDefects,
	)
}

// Provider lists what is wrong with third parties.
func Provider() []Defect[mockprovider.Policy] {
	return slices.Concat(
		providerDefects,
		providerPKCEDefects,
		providerTokenDefects,
		providerRefreshDefects,
	)
}

// AccountLink lists what is wrong with account-link proxies.
func AccountLink() []Defect[accountlink.Policy] {
	return slices.Concat(
		linkProxyDefects,
	)
}
