//! The tools as programs outside get them, over MCP, over HTTP and by `kaam mcp`: with checked arguments, a key that makes repeating a call
//! harmless, and a token that takes a change back. The chat needs none of these: its runs have a journal.

mod check;

use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use self::check::check;
pub(super) use self::check::fits;
use super::{AnyTool, Registry, Scope, Tool, ToolContext, ToolError, coerce::coerced, undo};
use crate::{
    domain::{
        quota::{Quota, Quotas},
        scope::Scopes,
    },
    server::store::{
        StoreError, history,
        tool_calls::{self, Key},
    },
};

/// The most items of one call.
pub const BATCH_MAX: usize = 25;
/// The longest key, in characters.
const KEY_MAX: usize = 200;
const KEY: &str = "idempotency_key";
const UNDO_TOKEN: &str = "undo_token";

/// A tool as programs are told of it.
#[derive(Debug, Clone)]
pub struct Offer {
    /// Its name.
    pub name: &'static str,
    /// Its name for people.
    pub title: &'static str,
    /// What it does and when to use it.
    pub description: &'static str,
    /// The schema of its arguments: a closed object.
    pub input: Map<String, Value>,
    /// The schema of what it gives: an object.
    pub output: Map<String, Value>,
    /// Whether it only looks.
    pub is_read_only: bool,
    /// Whether something may disappear by it.
    pub is_destructive: bool,
    /// Whether twice is no more than once.
    pub is_idempotent: bool,
    /// How far a token must go to call it.
    pub reach: Scope,
}

/// Why a call from outside came to nothing. Nothing of it stays then.
#[derive(Debug)]
pub enum OutsideError {
    /// No tool has this name.
    NoSuchTool,
    /// The call names a task that does not exist, or is somebody else's.
    NoSuchTask,
    /// The key was used for another call.
    KeyReused,
    /// The token does not go that far.
    Forbidden(Scope),
    /// The caller can correct it: what is wrong and what to do.
    Wrong(String),
    /// This person has as much as one person may have.
    Full(Quota),
    /// The database failed.
    Failed(StoreError),
}

impl From<StoreError> for OutsideError {
    fn from(error: StoreError) -> Self {
        Self::Failed(error)
    }
}

impl From<ToolError> for OutsideError {
    fn from(error: ToolError) -> Self {
        match error {
            ToolError::TellModel(what) => Self::Wrong(what),
            ToolError::NoSuchTask => Self::NoSuchTask,
            ToolError::Forbidden(scope) => Self::Forbidden(scope),
            ToolError::Full(quota) => Self::Full(quota),
            ToolError::Stop(error) => Self::Failed(error),
        }
    }
}

impl Registry {
    /// All tools, for people who may have so much.
    pub fn within(quotas: &Quotas) -> Self {
        Self {
            most_tasks: quotas.tasks,
            ..Self::default()
        }
    }

    /// All tools, in the order in which they are offered.
    pub fn offers(&self) -> Vec<Offer> {
        self.tools.iter().map(|tool| offer(tool.as_ref())).collect()
    }

    /// How far a token must go to call this tool.
    pub fn reach(&self, name: &str) -> Option<Scope> {
        self.find(name).map(AnyTool::reach)
    }

    /// What these lack for a tool. One that there is not needs nothing: it is refused as such.
    pub fn lacking(&self, scopes: Scopes, name: &str) -> Option<Scope> {
        self.reach(name).filter(|scope| !scopes.allow(*scope))
    }

    /// Whether a call of this tool may carry an idempotency key.
    pub fn takes_key(&self, name: &str) -> bool {
        self.find(name).is_some_and(takes_key)
    }

    /// Arguments of a call as its tool wants them, as far as they can be read so.
    pub fn coerced(&self, name: &str, args: Map<String, Value>) -> Map<String, Value> {
        match self.find(name) {
            Some(tool) => coerced(args, &offer(tool).input),
            None => args,
        }
    }

    /// A sentence for people about what a call gave.
    pub fn prose(&self, name: &str, result: &Value) -> String {
        super::prose::about(name, result)
    }

    /// Calls a tool for a program. The transaction is the caller's: it must not be kept if this fails.
    ///
    /// # Errors
    /// See [`OutsideError`].
    pub async fn call_from_outside(
        &self,
        name: &str,
        mut args: Map<String, Value>,
        context: &mut ToolContext<'_>,
    ) -> Result<Value, OutsideError> {
        let tool = self.find(name).ok_or(OutsideError::NoSuchTool)?;
        let schema = offer(tool).input;
        args = coerced(args, &schema);
        check(&args, &schema).map_err(OutsideError::Wrong)?;
        let key = args.remove(KEY);
        let key = key.as_ref().and_then(Value::as_str);
        if let Some(key) = key {
            let length = key.chars().count();
            if !(1..=KEY_MAX).contains(&length) {
                return Err(OutsideError::Wrong(format!("`{KEY}` must have 1 to {KEY_MAX} characters.")));
            }
            let hash = hash_of_call(name, &args);
            match tool_calls::take_key(context.connection, context.user, key, &hash, context.now).await? {
                Key::New => {}
                Key::Done(result) => return Ok(result),
                Key::Taken => return Err(OutsideError::KeyReused),
            }
        }
        let mut result = tool.call(context, Value::Object(args)).await?;
        if let Some(id) = context.keep(name).await? {
            result[UNDO_TOKEN] = history::token(id).into();
        }
        if let Some(key) = key {
            tool_calls::keep_result(context.connection, context.user, key, &result).await?;
        }
        Ok(result)
    }
}

/// Reads the arguments of a call from the chat, where there are no keys, by the schema of its tool.
///
/// # Errors
/// The first thing that is wrong, for whoever wrote the arguments.
pub fn read_arguments(args: Map<String, Value>, schema: Value) -> Result<Map<String, Value>, String> {
    let schema = object(schema);
    let args = coerced(args, &schema);
    check(&args, &schema)?;
    Ok(args)
}

/// A hash of a call that does not depend on the order of its arguments.
pub fn hash_of_call(name: &str, args: &Map<String, Value>) -> [u8; 32] {
    Sha256::new()
        .chain_update(name)
        .chain_update([0])
        .chain_update(sorted(&Value::Object(args.clone())).to_string())
        .finalize()
        .into()
}

/// The arguments without those that are null: a model that writes null means that it leaves them out.
pub fn without_nulls(args: Map<String, Value>) -> Map<String, Value> {
    args.into_iter()
        .filter(|(_, value)| !value.is_null())
        .map(|(name, value)| (name, strip(value)))
        .collect()
}

fn strip(value: Value) -> Value {
    match value {
        Value::Object(object) => Value::Object(without_nulls(object)),
        Value::Array(items) => items.into_iter().map(strip).collect(),
        other => other,
    }
}

/// Refuses empty and too large batches.
pub(super) fn check_batch(name: &str, count: usize) -> Result<(), ToolError> {
    if (1..=BATCH_MAX).contains(&count) {
        return Ok(());
    }
    Err(ToolError::TellModel(format!(
        "`{name}` must have 1 to {BATCH_MAX} items and has {count}. Split it into several calls."
    )))
}

fn offer(tool: &dyn AnyTool) -> Offer {
    let mut input = object(tool.parameters());
    let mut output = object(tool.result());
    if takes_key(tool) {
        let about = "Any text of your own, such as a UUID. The same key with the same arguments, within a week, does nothing and gives the \
                     first result again: send it when you may have to repeat the call.";
        input["properties"][KEY] = json!({ "type": "string", "minLength": 1, "maxLength": KEY_MAX, "description": about });
    }
    for batch in ["tasks", "task_ids"] {
        if let Some(items) = input["properties"].get_mut(batch) {
            items["minItems"] = 1.into();
            items["maxItems"] = BATCH_MAX.into();
        }
    }
    if tool.changes() && tool.name() != undo::Undo::NAME {
        let about = "Give it to `undo` within 30 days to take this back. Left out where nothing was changed.";
        output["properties"][UNDO_TOKEN] = json!({ "type": "string", "description": about });
    }
    input.insert("additionalProperties".into(), false.into());
    Offer {
        name: tool.name(),
        title: tool.title(),
        description: tool.description(),
        input,
        output,
        is_read_only: !tool.changes(),
        is_destructive: tool.is_destructive(),
        is_idempotent: tool.is_idempotent(),
        reach: tool.reach(),
    }
}

/// Repeating what adds needs a key. What changes a task that is there comes to the same when it is repeated.
fn takes_key(tool: &dyn AnyTool) -> bool {
    tool.changes() && !tool.is_idempotent()
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(object) => object,
        _ => Map::new(),
    }
}

fn sorted(value: &Value) -> Value {
    match value {
        Value::Object(object) => {
            let mut names: Vec<&String> = object.keys().collect();
            names.sort_unstable();
            Value::Array(names.into_iter().map(|name| json!([name, sorted(&object[name])])).collect())
        }
        Value::Array(items) => items.iter().map(sorted).collect(),
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(value: Value) -> Map<String, Value> {
        object(value)
    }

    #[test]
    fn the_hash_of_a_call_knows_the_values_and_not_their_order() {
        let one: Map<String, Value> = serde_json::from_str(r#"{"a":{"x":1,"y":2},"b":[1,2]}"#).unwrap();
        let same: Map<String, Value> = serde_json::from_str(r#"{"b":[1,2],"a":{"y":2,"x":1}}"#).unwrap();
        assert_eq!(hash_of_call("t", &one), hash_of_call("t", &same));
        assert_ne!(hash_of_call("t", &one), hash_of_call("u", &one));
        let other = map(json!({ "a": { "x": 1, "y": 2 }, "b": [2, 1] }));
        assert_ne!(hash_of_call("t", &one), hash_of_call("t", &other));
    }

    #[test]
    fn nulls_are_left_out_at_every_depth() {
        let stripped = without_nulls(map(json!({ "a": null, "b": [{ "c": null, "d": 1 }], "e": { "f": null } })));
        assert_eq!(Value::Object(stripped), json!({ "b": [{ "d": 1 }], "e": {} }));
    }

    #[test]
    fn every_offer_is_complete() {
        let offers = Registry::default().offers();
        assert_eq!(offers.len(), 9);
        for offer in offers {
            assert!(!offer.title.is_empty() && offer.description.len() > 20, "{}", offer.name);
            assert_eq!(offer.input["additionalProperties"], false, "{}", offer.name);
            assert!(!offer.output["properties"].as_object().unwrap().is_empty(), "{}", offer.name);
            let told = format!("{:?} {:?}", offer.input, offer.output);
            for never in ["null", "uint", "anyOf", "$ref"] {
                assert!(!told.contains(never), "{}: {never} in {told}", offer.name);
            }
            let keyed = offer.input["properties"].get(KEY).is_some();
            assert_eq!(keyed, ["add_task", "add_tasks", "undo"].contains(&offer.name), "{}", offer.name);
            let undoable = offer.output["properties"].get(UNDO_TOKEN).is_some();
            assert_eq!(undoable, !offer.is_read_only && offer.name != "undo", "{}", offer.name);
        }
    }

    #[test]
    fn the_chat_is_offered_these_only() {
        let infos = Registry::default().infos();
        let names: Vec<&str> = infos.iter().map(|info| info.name).collect();
        assert_eq!(
            names,
            [
                "add_task",
                "add_tasks",
                "list_tasks",
                "find_tasks",
                "complete_task",
                "update_task",
                "delete_task",
                "undo"
            ]
        );
        assert!(infos.iter().all(|info| info.parameters["properties"].get(KEY).is_none()));
    }
}
