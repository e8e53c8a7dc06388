package defects

import (
	"slices"

	"github.com/authconform/authconform/mockprovider"
	"github.com/authconform/authconform/mockprovider/accountlink"
	"github.com/authconform/authconform/mockprovider/indieauth"
	"github.com/authconform/authconform/mockserver"
)

// Home lists the defects of homes, by section.
func Home() []Defect[mockserver.Policy] {
	return slices.Concat(
		metadataDefects,
		otherNameDefects,
		clientIDDefects,
		clientIDAddressDefects,
		redirectURIDefects,
		redirectAppDefects,
		clientPageDefects,
		clientPageFetchDefects,
		clientPageOddDefects,
		bodyDefects,
		nearMissDefects,
		metadataDocumentDefects,
		metadataDocumentFormDefects,
		loginFlowDefects,
		loginPasswordDefects,
		loginProviderDefects,
		codeDefects,
		pkceDefects,
		pkceChallengeDefects,
		tokenDefects,
		tokenAnswerDefects,
		tokenErrorDefects,
		refreshDefects,
		revocationDefects,
		bearerDefects,
		bearerAPIDefects,
		signedPathDefects,
		websocketDefects,
		websocketCommandDefects,
		websocketSessionDefects,
		limitDefects,
		multiFactorDefects,
		longLivedDefects,
		userDefects,
		userLoginDefects,
		userToldDefects,
		linkUserDefects,
		loginPageDefects,
		loginPageSafetyDefects,
		headersDefects,
		onboardingDefects,
		advisoryDefects,
		robustnessDefects,
		credentialsDefects,
		linkingFlowDefects,
		linkingStepDefects,
		authorizeRequestDefects,
		callbackDefects,
		tokenClientDefects,
		tokenAnswerReadDefects,
		tokenUseDefects,
		tokenSendingDefects,
		cloudDefects,
		agentDiscoveryDefects,
		agentLoginDefects,
		linkedAnswerDefects,
		linkedTokenDefects,
	)
}

// Provider lists the defects of third parties.
func Provider() []Defect[mockprovider.Policy] {
	return slices.Concat(
		providerDefects,
		providerPageDefects,
		providerPKCEDefects,
		providerTokenDefects,
		providerClientDefects,
		providerCodeDefects,
		providerRefreshDefects,
		providerResourceDefects,
		providerRevocationDefects,
		providerMetadataDefects,
		providerErrorDefects,
		providerScopeDefects,
		providerPublicDefects,
		providerIntrospectionDefects,
		providerRegistrationDefects,
		providerIndicatorDefects,
		providerAnswerDefects,
	)
}

// AccountLink lists the defects of account-link proxies.
func AccountLink() []Defect[accountlink.Policy] {
	return slices.Concat(
		accountLinkDefects,
		accountLinkRefreshDefects,
		accountLinkFlowDefects,
	)
}

// IndieAuth lists the defects of servers for people's own URLs: those of providers, and their own.
func IndieAuth() []Defect[indieauth.Policy] {
	return slices.Concat(
		indieAuthDefects,
		indieAuthAnswerDefects,
		alsoOf(Provider(), shared),
	)
}

// MCP lists the defects of MCP endpoints and of their authorization servers, which are homes here.
func MCP() []Defect[mockserver.Policy] {
	return slices.Concat(mcpResourceDefects, mcpMetadataDefects, mcpServerDefects, mcpClientDefects, atEndpoint(Home()))
}
