//! The OpenAPI 3.1 document of the tools, made from the registry: what is described is what is there.

use serde_json::{Map, Value, json};

use crate::server::{mcp::metadata::WHERE_TOKENS_COME_FROM, tools::outside::Offer};

/// The document of a server at this origin.
pub(super) fn document(origin: &str, offers: &[Offer]) -> Value {
    let paths: Map<String, Value> = offers
        .iter()
        .map(|offer| (format!("/api/v1/tools/{}", offer.name), json!({ "post": operation(offer) })))
        .collect();
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Kaam",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "A person's tasks: the tools of Kaam's assistant and of its MCP server, for scripts. Arguments go in as a JSON object; \
                dates may be words (\"tomorrow at 5pm\"). What is absent is left out, never null.",
        },
        "servers": [{ "url": origin }],
        "security": [{ "token": [] }],
        "paths": paths,
        "components": {
            "securitySchemes": { "token": { "type": "http", "scheme": "bearer", "description": WHERE_TOKENS_COME_FROM } },
            "schemas": {
                "Error": {
                    "type": "object", "required": ["error"], "additionalProperties": false,
                    "properties": {
                        "error": {
                            "type": "object", "required": ["code", "message", "request_id"], "additionalProperties": false,
                            "properties": {
                                "code": { "type": "string", "description": "For programs." },
                                "message": { "type": "string", "description": "For people: what is wrong and what to do." },
                                "request_id": { "type": "string", "description": "The log has the request under this id." },
                            },
                        },
                    },
                },
            },
            "responses": responses(),
        },
    })
}

fn operation(offer: &Offer) -> Value {
    let takes_none = offer.input.get("required").is_none();
    let keyed = !offer.input["properties"]["idempotency_key"].is_null();
    let mut operation = json!({
        "operationId": offer.name,
        "summary": offer.title,
        "description": format!("{} Needs the scope `{}`.", offer.description, offer.reach.name()),
        "requestBody": { "required": !takes_none, "content": { "application/json": { "schema": offer.input } } },
        "responses": {
            "200": { "description": "Done.", "content": { "application/json": { "schema": offer.output } } },
        },
    });
    if keyed {
        operation["parameters"] = json!([{
            "name": "Idempotency-Key", "in": "header", "required": false,
            "description": "The same as the argument `idempotency_key`, which goes first.",
            "schema": { "type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[!-~]+$" },
        }]);
    }
    for (status, name) in STATUSES {
        operation["responses"][status] = json!({ "$ref": format!("#/components/responses/{name}") });
    }
    operation
}

/// How a call can fail.
const STATUSES: [(&str, &str); 9] = [
    ("400", "Invalid"),
    ("401", "Unauthorized"),
    ("403", "Forbidden"),
    ("404", "NotFound"),
    ("413", "TooLarge"),
    ("415", "UnsupportedMediaType"),
    ("422", "KeyReused"),
    ("429", "TooMany"),
    ("503", "Unavailable"),
];

fn responses() -> Value {
    let about = |status: &str| match status {
        "400" => "The arguments are wrong; the message says how to mend them.",
        "401" => "No token, or one that is wrong, has ended or was revoked.",
        "403" => "The token lacks the scope.",
        "404" => "There is no such task, or it is somebody else's.",
        "413" => "The body is too large.",
        "415" => "The body is no JSON.",
        "422" => "The idempotency key was used for another call.",
        "429" => "Too many requests; see `Retry-After`.",
        _ => "The database is away for a moment; see `Retry-After`.",
    };
    let all = STATUSES.iter().map(|(status, name)| {
        let content = json!({ "application/json": { "schema": { "$ref": "#/components/schemas/Error" } } });
        let mut response = json!({ "description": about(status), "content": content });
        if matches!(*status, "429" | "503") {
            response["headers"] = json!({ "Retry-After": { "description": "Seconds.", "schema": { "type": "integer" } } });
        }
        ((*name).to_owned(), response)
    });
    Value::Object(all.collect())
}
