//! The OpenAPI 3.1 document, from the types and the routes. `docs/openapi.json` is this; a test compares them.

use schemars::{JsonSchema, SchemaGenerator, generate::SchemaSettings};
use serde_json::{Map, Value, json};

use super::{
    problem::Problem,
    types::{DecisionIn, Decisions, Done, FindOut, FindQuery, Finds, PageQuery, Shares},
};

/// The document, indented, with a line feed at its end.
#[must_use]
pub fn openapi() -> String {
    let mut settings = SchemaSettings::draft2020_12();
    settings.definitions_path = "/components/schemas".into();
    settings.meta_schema = None;
    let mut schemas = settings.into_generator();
    let paths = json!({
        "/api/v1/shares": { "get": get("shares", "Shares of adverts, watch by watch", "figures:read", &[], &schema::<Shares>(&mut schemas)) },
        "/api/v1/finds": { "get": get("finds", "Finds, latest first", "finds:read", &query::<FindQuery>(), &schema::<Finds>(&mut schemas)) },
        "/api/v1/finds/{id}": { "get": get("find", "One find", "finds:read", &[id()], &schema::<FindOut>(&mut schemas)) },
        "/api/v1/finds/{id}/decisions": { "post": decide(&mut schemas) },
        "/api/v1/decisions": { "get": get("decisions", "What people decided, latest first", "finds:read", &query::<PageQuery>(), &schema::<Decisions>(&mut schemas)) },
    });
    schema::<Problem>(&mut schemas);
    let document = json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Vigie", "version": "1",
            "description": "Finds, decisions and shares of a Vigie console. Tokens are made by an admin of the console, each with scopes; what a token does, its person answers for.",
        },
        "security": [{ "token": [] }],
        "paths": paths,
        "components": { "securitySchemes": { "token": { "type": "http", "scheme": "bearer" } }, "schemas": schemas.take_definitions(true) },
    });
    // Plain data always serialises.
    serde_json::to_string_pretty(&document).unwrap_or_default() + "\n"
}

/// A reference to the type's schema, which is put among the definitions.
fn schema<T: JsonSchema>(schemas: &mut SchemaGenerator) -> Value {
    schemas.subschema_for::<T>().to_value()
}

fn id() -> Value {
    json!({ "name": "id", "in": "path", "required": true, "schema": { "type": "integer", "format": "int64" } })
}

/// The fields of a type as parameters of the query.
fn query<T: JsonSchema>() -> Vec<Value> {
    let mut settings = SchemaSettings::draft2020_12();
    settings.inline_subschemas = true;
    let whole = settings.into_generator().into_root_schema_for::<T>().to_value();
    let fields = whole.get("properties").and_then(Value::as_object).cloned().unwrap_or_else(Map::new);
    let parameter = |(name, mut schema): (String, Value)| {
        let words = schema.as_object_mut().and_then(|schema| schema.remove("description"));
        let plain = match name.as_str() {
            "limit" => json!({ "type": "integer", "minimum": 1, "maximum": super::types::MOST, "default": super::types::LIMIT }),
            "band" => json!({ "type": "string", "enum": ["advert", "review"] }),
            "state" => json!({ "type": "string", "enum": ["waiting", "second", "dispute", "settled"] }),
            _ => json!({ "type": "string" }),
        };
        json!({ "name": name, "in": "query", "required": false, "description": words, "schema": plain })
    };
    fields.into_iter().map(parameter).collect()
}

fn get(name: &str, summary: &str, scope: &str, parameters: &[Value], schema: &Value) -> Value {
    json!({
        "operationId": name, "summary": summary, "description": format!("Scope `{scope}`."), "parameters": parameters,
        "responses": responses("200", "As asked", schema, &["400", "401", "403", "404", "429"]),
    })
}

fn decide(schemas: &mut SchemaGenerator) -> Value {
    let key = json!({ "name": "Idempotency-Key", "in": "header", "required": false, "description": "The same key and request again: the same answer, and no second effect, for a day.",
        "schema": { "type": "string", "minLength": 1, "maxLength": super::KEY } });
    json!({
        "operationId": "decide", "summary": "Decide about a find", "description": "Scope `decisions:write`. The decision is the token's person's.",
        "parameters": [id(), key],
        "requestBody": { "required": true, "content": { "application/json": { "schema": schema::<DecisionIn>(schemas) } } },
        "responses": responses("201", "Decided", &schema::<Done>(schemas), &["400", "401", "403", "404", "409", "413", "429"]),
    })
}

fn responses(status: &str, words: &str, schema: &Value, problems: &[&str]) -> Value {
    let problem = json!({ "description": "A problem", "content": { "application/problem+json": { "schema": { "$ref": "#/components/schemas/Problem" } } } });
    let good = json!({ "description": words, "content": { "application/json": { "schema": schema } } });
    let all = std::iter::once((status.to_owned(), good)).chain(problems.iter().map(|status| ((*status).to_owned(), problem.clone())));
    Value::Object(all.collect())
}
