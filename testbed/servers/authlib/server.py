"""Authlib with its defaults, in a Flask app after its documentation. It publishes no metadata and has no pages."""

import os
import secrets
from types import SimpleNamespace

from authlib.integrations import sqla_oauth2 as sqla
from authlib.integrations.flask_oauth2 import AuthorizationServer, ResourceProtector, current_token
from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749 import grants
from authlib.oauth2.rfc7636 import CodeChallenge
from flask import Flask, make_response, redirect, render_template, request, session
from flask_sqlalchemy import SQLAlchemy

env = os.environ
PERSON = SimpleNamespace(get_user_id=lambda: env["AUTHCONFORM_USER"])
app = Flask(__name__)
app.config.update(SECRET_KEY=os.urandom(16), SQLALCHEMY_DATABASE_URI=f"sqlite:///{os.getcwd()}/db", OAUTH2_REFRESH_TOKEN_GENERATOR=True)
db = SQLAlchemy(app)


class Row:
    id = db.Column(db.Integer, primary_key=True)
    user_id = db.Column(db.String)


Client = type("Client", (Row, sqla.OAuth2ClientMixin, db.Model), {})
Code = type("Code", (Row, sqla.OAuth2AuthorizationCodeMixin, db.Model), {})
Token = type("Token", (Row, sqla.OAuth2TokenMixin, db.Model), {})


class Grant:
    TOKEN_ENDPOINT_AUTH_METHODS = ["client_secret_basic", "client_secret_post", "none"]

    def authenticate_user(self, _):
        return PERSON


class CodeGrant(Grant, grants.AuthorizationCodeGrant):
    def save_authorization_code(self, code, request):
        sent = {k: request.payload.data.get(k) for k in ("client_id", "redirect_uri", "code_challenge", "code_challenge_method")}
        db.session.add(Code(code=code, scope=request.scope, user_id=request.user.get_user_id(), **sent))
        db.session.commit()

    def query_authorization_code(self, code, client):
        found = Code.query.filter_by(code=code, client_id=client.client_id).first()
        return found if found and not found.is_expired() else None

    def delete_authorization_code(self, authorization_code):
        db.session.delete(authorization_code)
        db.session.commit()


class RefreshGrant(Grant, grants.RefreshTokenGrant):
    def authenticate_refresh_token(self, refresh_token):
        return Token.query.filter_by(refresh_token=refresh_token, refresh_token_revoked_at=0).first()

    def revoke_old_credential(self, refresh_token):
        """It goes on: by default none comes in its place."""


server = AuthorizationServer(app, sqla.create_query_client_func(db.session, Client), sqla.create_save_token_func(db.session, Token))
server.register_grant(CodeGrant, [CodeChallenge(required=True)])
server.register_grant(RefreshGrant)
server.register_endpoint(sqla.create_revocation_endpoint(db.session, Token))
protected = ResourceProtector()
protected.register_token_validator(sqla.create_bearer_token_validator(db.session, Token)())


@app.route("/authorize", methods=["GET", "POST"])
def authorize():
    try:
        grant = server.get_consent_grant(end_user=PERSON)
    except OAuth2Error as error:
        return server.handle_error_response(None, error)
    form = request.form
    if (form.get("username"), form.get("password")) == (env["AUTHCONFORM_USER"], env["AUTHCONFORM_PASSWORD"]):
        session["proof"] = secrets.token_hex()
        return redirect(request.url, 303)
    if "proof" in session and form.get("proof") == session["proof"]:
        return server.create_authorization_response(grant=grant, grant_user=PERSON if form.get("answer") == "allow" else None)
    return make_response(render_template("page.html"), {"Content-Security-Policy": "frame-ancestors 'none'", "Cache-Control": "no-store"})


app.post("/token", endpoint="token")(server.create_token_response)
app.post("/revoke", endpoint="revoke")(lambda: server.create_endpoint_response("revocation"))
app.get("/me", endpoint="me")(protected()(lambda: {"sub": current_token.user_id}))
app.get("/", endpoint="ready")(dict)

with app.app_context():
    db.drop_all()
    db.create_all()
    always = {"response_types": ["code"], "grant_types": ["authorization_code", "refresh_token"], "scope": env["AUTHCONFORM_SCOPE"]}
    for kind, method in ("", "client_secret_basic"), ("OTHER_", "client_secret_basic"), ("PUBLIC_", "none"):
        one = Client(client_id=env[f"AUTHCONFORM_{kind}CLIENT_ID"], client_secret=env.get(f"AUTHCONFORM_{kind}CLIENT_SECRET", ""))
        one.set_client_metadata({**always, "redirect_uris": [env["AUTHCONFORM_REDIRECT_URI"]], "token_endpoint_auth_method": method})
        db.session.add(one)
    db.session.commit()
app.run("127.0.0.1", int(env["PORT"]))
