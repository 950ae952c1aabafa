//! Prompts: planning the day and looking back on the week, in both languages, with the person's tasks in them.

use chrono::TimeDelta;
use rmcp::{
    ErrorData,
    model::{GetPromptResult, JsonObject, Prompt, PromptArgument, PromptMessage, Role},
};
use serde_json::{Value, json};

use super::{
    handler::Kaam,
    resources::{self, OVERDUE, TODAY},
};
use crate::{
    domain::{locale::Locale, task::TaskStatus},
    server::{auth::ApiCaller, store::tasks::TaskFilter, tools::task_json::TaskJson},
};

const PLAN: &str = "plan_my_day";
const REVIEW: &str = "weekly_review";
const LANGUAGE: &str = "language";
/// The words for the languages, in `language` and its completion.
pub(super) const LANGUAGES: [(&str, Locale); 2] = [("english", Locale::En), ("urdu", Locale::Ur)];

const PLAN_EN: &str = "Plan my day with me. Below are the tasks that are due today and those that are overdue. Order them: what has a time first, then \
     what is urgent, then the rest; say which of the overdue ones should be done today, moved, or dropped. Be brief, and ask me \
     before you change anything. Use update_task to move a task, complete_task for what I say is done.";
const PLAN_UR: &str = "میرے ساتھ میرا دن ترتیب دیں۔ نیچے وہ کام ہیں جو آج کرنے ہیں اور وہ جن کا وقت گزر چکا ہے۔ پہلے وہ کام رکھیں جن کا وقت مقرر ہے، پھر جو ضروری ہیں، پھر \
     باقی؛ اور بتائیں کہ گزرے ہوئے کاموں میں سے کون سا آج ہونا چاہیے، کون سا آگے کیا جائے اور کون سا چھوڑ دیا جائے۔ مختصر بات کریں، جواب اردو میں \
     دیں، اور کچھ بھی بدلنے سے پہلے مجھ سے پوچھیں۔ کام آگے کرنے کے لیے update_task اور جو میں کہوں کہ ہو گیا اس کے لیے complete_task استعمال کریں۔";
const REVIEW_EN: &str = "Look back on my week with me. Below are the tasks that I completed in the last seven days, those that are overdue, and those of the \
     coming seven days. Tell me in a few lines what got done, what keeps being put off, and what the coming week asks for. Then \
     propose, one by one, what to move, split or drop, and ask me before you change anything.";
const REVIEW_UR: &str = "میرے ساتھ میرے ہفتے کا جائزہ لیں۔ نیچے وہ کام ہیں جو میں نے پچھلے سات دنوں میں مکمل کیے، وہ جن کا وقت گزر چکا ہے، اور وہ جو آنے والے سات دنوں میں \
     ہیں۔ چند سطروں میں بتائیں کہ کیا ہو گیا، کیا بار بار ٹل رہا ہے، اور آنے والا ہفتہ کیا مانگتا ہے۔ جواب اردو میں دیں۔ پھر ایک ایک کر کے تجویز کریں \
     کہ کیا آگے کیا جائے، کیا چھوٹے حصوں میں بانٹا جائے اور کیا چھوڑ دیا جائے، اور کچھ بھی بدلنے سے پہلے مجھ سے پوچھیں۔";

/// The two, as they are offered.
pub(super) fn listed() -> Vec<Prompt> {
    let language = PromptArgument::new(LANGUAGE)
        .with_title("Language")
        .with_description("english or urdu; the language of the person's account if absent")
        .with_required(false);
    let of = |name, title, about: &str| Prompt::new(name, Some(about), Some(vec![language.clone()])).with_title(title);
    vec![
        of(
            PLAN,
            "Plan my day",
            "Orders what is due today and what is overdue / آج کا دن ترتیب دینا",
        ),
        of(
            REVIEW,
            "Weekly review",
            "Looks back on the week and forward to the next / ہفتے کا جائزہ",
        ),
    ]
}

/// One of them, with the person's tasks.
pub(super) async fn get(kaam: &Kaam, caller: &ApiCaller, name: &str, args: Option<&JsonObject>) -> Result<GetPromptResult, ErrorData> {
    let locale = language(caller, args)?;
    match name {
        PLAN => {
            let (today, overdue) = (
                resources::list(kaam, caller, TODAY).await?,
                resources::list(kaam, caller, OVERDUE).await?,
            );
            Ok(prompt(
                if locale == Locale::Ur { PLAN_UR } else { PLAN_EN },
                [(TODAY, today), (OVERDUE, overdue)],
            ))
        }
        REVIEW => {
            let overdue = resources::list(kaam, caller, OVERDUE).await?;
            let week = week(kaam, caller).await?;
            Ok(prompt(
                if locale == Locale::Ur { REVIEW_UR } else { REVIEW_EN },
                [("tasks://week", week), (OVERDUE, overdue)],
            ))
        }
        _ => Err(ErrorData::invalid_params(
            format!("There is no prompt {name}. The prompts are: {PLAN}, {REVIEW}."),
            None,
        )),
    }
}

fn prompt(text: &str, with: [(&str, Value); 2]) -> GetPromptResult {
    let mut messages = vec![PromptMessage::new_text(Role::User, text)];
    for (uri, value) in with {
        let json = Some("application/json".to_owned());
        messages.push(PromptMessage::new_resource(
            Role::User,
            uri.to_owned(),
            json,
            Some(value.to_string()),
            None,
            None,
            None,
        ));
    }
    GetPromptResult::new(messages)
}

fn language(caller: &ApiCaller, args: Option<&JsonObject>) -> Result<Locale, ErrorData> {
    let given = args
        .and_then(|args| args.get(LANGUAGE))
        .and_then(Value::as_str)
        .unwrap_or_default()
        .trim();
    if given.is_empty() {
        return Ok(caller.user.locale.unwrap_or_default());
    }
    let named = LANGUAGES
        .iter()
        .find(|(word, _)| word.eq_ignore_ascii_case(given))
        .map(|(_, locale)| *locale);
    named
        .or_else(|| Locale::from_tag(given))
        .ok_or_else(|| ErrorData::invalid_params("`language` must be english or urdu.", None))
}

/// What was completed in the last seven days, and what the next seven ask for.
async fn week(kaam: &Kaam, caller: &ApiCaller) -> Result<Value, ErrorData> {
    let now = kaam.calls.clock.now();
    let today = kaam.local_now(caller).date();
    let completed = TaskFilter {
        status: Some(TaskStatus::Completed),
        limit: 200,
        ..TaskFilter::default()
    };
    let coming = TaskFilter {
        status: Some(TaskStatus::Pending),
        due_from: Some(today),
        due_to: Some(today + TimeDelta::days(7)),
        limit: 200,
        ..TaskFilter::default()
    };
    let done = resources::find(kaam, caller, &completed).await?;
    let done = done
        .iter()
        .filter(|task| task.completed_at.is_some_and(|at| at >= now - TimeDelta::days(7)));
    let coming = resources::find(kaam, caller, &coming).await?;
    Ok(json!({
        "date": today.to_string(),
        "completed_in_the_last_seven_days": done.map(TaskJson::from).collect::<Vec<_>>(),
        "due_in_the_next_seven_days": coming.iter().map(TaskJson::from).collect::<Vec<_>>(),
    }))
}
