package mockserver

import (
	"io/fs"
	"net/http"
	"path"

	"github.com/authconform/authconform/mock"
	"github.com/authconform/authconform/mockserver/linking"
	"github.com/authconform/authconform/mockserver/page"
)

const (
	get  = http.MethodGet
	post = http.MethodPost
	del  = http.MethodDelete
)

const entriesPath = "/api/config/config_entries/"

// route mounts every endpoint.
func (h *Home) route() {
	h.handle(metadataPath, methods{get: h.serverMetadata})
	h.handle(resourcePath, methods{get: h.resourceMetadata})
	h.routeResourceMetadata()
	h.routeMCP()
	h.routeFrontend()
	h.handle("/manifest.json", methods{get: h.manifest})
	h.handle("/auth/providers", methods{get: h.providers})
	h.handle("/auth/login_flow", methods{post: h.counting(h.begin)})
	h.handle("/auth/login_flow/{id}", methods{post: h.counting(h.step), del: h.abort})
	h.handle("/auth/token", methods{post: h.counting(h.token)})
	h.handle("/auth/revoke", methods{post: h.revoke})
	h.handle("/auth/link_user", methods{post: h.bearer(h.linkUser)})
	h.handle("/auth/external/callback", methods{get: func(c *call) *mock.Answer { return h.linker.Callback(c.URL.Query()) }})
	h.handle(entriesPath+"flow", methods{post: h.admin(h.flowStart)})
	h.handle(entriesPath+"flow/{id}", methods{get: h.admin(h.flowStep), post: h.admin(h.flowSubmit), del: h.admin(h.flowAbort)})
	h.handle(entriesPath+"entry", methods{get: h.admin(h.entryList)})
	h.handle(entriesPath+"entry/{id}", methods{del: h.admin(h.entryRemove)})
	h.handle(entriesPath+"entry/{id}/reload", methods{post: h.admin(h.entryReload)})
	h.handle(demoPath, methods{get: h.admin(h.demoShow)})
	h.handle(demoPath+"/providers", methods{post: h.admin(h.demoSet), del: h.admin(h.demoDrop)})
	h.handle(demoPath+"/use", methods{post: h.admin(h.demoUse)})
	h.handle("/api", methods{get: gone, post: gone})
	h.handle("/api/stream", methods{get: h.bearer(h.apiStream)})
	h.handle("/api/template", methods{post: h.bearer(h.apiTemplate)})
	h.handle("/api/logbook", methods{get: h.bearer(emptyList)})
	h.handle("/api/logbook/{from}", methods{get: h.bearer(emptyList)})
	h.handle("/api/history/period", methods{get: h.bearer(h.apiHistory)})
	h.handle("/api/history/period/{from}", methods{get: h.bearer(h.apiHistory)})
	h.handle(entriesPath+"flow_handlers", methods{get: h.admin(func(*call) *mock.Answer {
		return mock.JSON(http.StatusOK, []string{linking.Domain})
	})})
	h.handle("/api/{$}", methods{get: h.bearer(h.apiRunning)})
	h.handle("/api/config", methods{get: h.bearer(h.apiConfig)})
	h.handle("/api/states", methods{get: h.bearer(h.apiStates)})
	h.handle("/api/states/{entity}", methods{
		get: h.bearer(h.apiState), post: h.bearer(h.apiSetState), del: h.bearer(h.apiDropState),
	})
	h.handle("/api/services", methods{get: h.bearer(h.apiServices)})
	h.handle("/api/services/{domain}/{service}", methods{post: h.bearer(h.apiCall)})
	h.handle("/api/components", methods{get: h.bearer(h.apiComponents)})
	h.handle("/api/core/state", methods{get: h.bearer(h.apiCoreState)})
	h.handle("/api/error_log", methods{get: h.bearer(h.apiErrorLog)})
	h.handle("/api/config/core/check_config", methods{post: h.bearer(h.apiCheckConfig)})
	h.handle("/api/events", methods{get: h.bearer(h.apiEvents)})
	h.handle("/api/events/{type}", methods{post: h.bearer(h.apiFire)})
	h.handle("/api/websocket", methods{get: h.websocket})
	h.handle("/api/mobile_app/registrations", methods{post: h.bearer(h.register)})
	h.handle("/api/webhook/{id}", methods{post: h.webhook})
	h.handle("/api/onboarding", methods{get: h.onboardingSteps})
	h.handle("/api/onboarding/users", methods{post: h.onboardUser})
	h.handle("/api/onboarding/installation_type", methods{get: h.installation})
	h.handle("/api/onboarding/integration/wait", methods{post: h.awaited})
	h.handle("/api/onboarding/{step}", methods{post: h.onboardStep})
}

// kinds are the media types of the page's files.
var kinds = map[string]string{
	".html": "text/html; charset=utf-8",
	".js":   "text/javascript; charset=utf-8",
	".css":  "text/css; charset=utf-8",
	".svg":  "image/svg+xml",
}

// file serves one of the login page's files.
func file(name string) handler {
	return func(*call) *mock.Answer {
		raw, err := fs.ReadFile(page.FS(), name)
		kind, ok := kinds[path.Ext(name)]
		if err != nil || !ok {
			return mock.Plain(http.StatusNotFound)
		}
		return &mock.Answer{Status: http.StatusOK, Header: http.Header{"Content-Type": {kind}, "Cache-Control": {"no-cache"}}, Body: raw}
	}
}

func (h *Home) manifest(*call) *mock.Answer {
	return mock.JSON(http.StatusOK, map[string]any{
		"name": "Home Assistant", "short_name": "Home Assistant", "start_url": "/", "display": "standalone",
	})
}
