package defects

import (
	"slices"

	"github.com/authconform/authconform/mockprovider"
	"github.com/authconform/authconform/mockprovider/accountlink"
	"github.com/authconform/authconform/mockprovider/indieauth"
	"github.com/authconform/authconform/mockserver"
)

// Home lists what is wrong with homes, by section.
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

// Provider lists what is wrong with third parties.
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

// AccountLink lists what is wrong with account-link proxies.
func AccountLink() []Defect[accountlink.Policy] {
	return slices.Concat(
		accountLinkDefects,
		accountLinkRefreshDefects,
		accountLinkFlowDefects,
	)
}

// IndieAuth lists what is wrong with servers for people's own URLs: what is wrong with providers, and what only they have.
func IndieAuth() []Defect[indieauth.Policy] {
	return slices.Concat(
		indieAuthDefects,
		indieAuthAnswerDefects,
		alsoOf(Provider(), shared),
	)
}

// MCP lists what is wrong with MCP endpoints and with their authorization servers, which are homes here.
func MCP() []Defect[mockserver.Policy] {
	return slices.Concat(mcpResourceDefects, mcpMetadataDefects, mcpServerDefects, mcpClientDefects, atEndpoint(Home()))
}
