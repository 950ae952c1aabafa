//! Questions with answers to choose from, as safe HTML.

use super::widget::html::Html;
use crate::{
    domain::{
        locale::Locale,
        text::direction,
        texts::{self, PartWords},
    },
    protocol::item::{InputStatus, Question, QuestionKind, StructuredInput},
};

/// A form: to fill in while it is pending, and what was answered from then on. Works without JavaScript, too.
pub(super) fn form(thread: &str, item: &str, form: &StructuredInput, locale: Locale) -> String {
    let words = texts::parts(locale);
    let mut html = Html::default();
    if form.status != InputStatus::Pending {
        html.open("dl").attr("class", "answers").attr("dir", locale.dir()).end();
        for input in &form.inputs {
            html.open("dt").attr("dir", direction(&input.question)).end();
            html.text(&input.question);
            html.close("dt");
            html.open("dd").end();
            match input.answer.as_ref().filter(|answer| !answer.skipped) {
                Some(answer) => {
                    for value in &answer.values {
                        html.open("bdi").attr("class", "chip").end();
                        html.text(value);
                        html.close("bdi");
                    }
                }
                None => html.text(words.skipped),
            }
            html.close("dd");
        }
        html.close("dl");
        return html.into_string();
    }
    // A choice that is the whole answer belongs to a form of its own: the Enter key in the field for one's own words would take the first
    // button of its form, and must not take a choice.
    let at_once = form.inputs.len() == 1 && form.inputs.iter().all(is_single);
    let choices = format!("choices-{item}");
    if at_once {
        begin_form(&mut html, "choices", thread, item, locale, Some(&choices));
        html.close("form");
    }
    begin_form(&mut html, "questions", thread, item, locale, None);
    for input in &form.inputs {
        question(&mut html, item, input, at_once.then_some(choices.as_str()), words);
    }
    html.open("p").attr("class", "form-end").end();
    // Where every choice is an answer by itself, this one is for one's own words.
    let looks = if at_once && form.inputs.iter().all(is_single) {
        "button"
    } else {
        "button strong"
    };
    html.open("button").attr("class", looks).attr("data-testid", "form-answer").end();
    html.text(words.answer);
    html.close("button");
    html.open("button")
        .attr("class", "button quiet")
        .attr("name", "skip")
        .attr("value", "true")
        .attr("data-testid", "form-skip")
        .flag("formnovalidate", true)
        .end();
    html.text(words.skip);
    html.close("button");
    html.close("p");
    html.close("form");
    html.into_string()
}

fn is_single(input: &Question) -> bool {
    matches!(input.kind, QuestionKind::MultipleChoice { multiple: false, .. })
}

fn begin_form(html: &mut Html, class: &'static str, thread: &str, item: &str, locale: Locale, id: Option<&str>) {
    html.open("form")
        .attr("class", class)
        .maybe("id", id)
        .attr("method", "post")
        .attr("action", "/api/chat/answer-form")
        .attr("dir", locale.dir())
        .attr("data-form", item)
        .end();
    for (name, value) in [("thread", thread), ("item", item)] {
        html.open("input")
            .attr("type", "hidden")
            .attr("name", name)
            .attr("value", value)
            .end();
    }
}

/// `choices`: the form of which every choice is an answer by itself.
fn question(html: &mut Html, item: &str, input: &Question, choices: Option<&str>, words: &PartWords) {
    let name = |n: usize| format!("answers[{}][{n}]", input.id);
    html.open("fieldset").end();
    html.open("legend").attr("dir", direction(&input.question)).end();
    html.text(&input.question);
    html.close("legend");
    match &input.kind {
        QuestionKind::MultipleChoice { options, .. } if choices.is_some() => {
            for option in options {
                html.open("button")
                    .attr("class", "option")
                    .maybe("form", choices)
                    .attr("name", &name(0))
                    .attr("value", &option.value)
                    .attr("data-testid", "form-option")
                    .end();
                html.open("bdi").end();
                html.text(&option.value);
                html.close("bdi");
                html.close("button");
            }
            own_words(html, item, input, &name(0), words.own_words);
        }
        QuestionKind::MultipleChoice { options, multiple } => {
            // The first value of a single choice counts: what somebody writes beside a choice that they cannot take back.
            let kind = if *multiple { "checkbox" } else { "radio" };
            for (n, option) in options.iter().enumerate() {
                html.open("label").attr("class", "option").end();
                html.open("input")
                    .attr("type", kind)
                    .attr("name", &name(if *multiple { n } else { 1 }))
                    .attr("value", &option.value)
                    .end();
                html.open("bdi").end();
                html.text(&option.value);
                html.close("bdi");
                html.close("label");
            }
            own_words(html, item, input, &name(if *multiple { options.len() } else { 0 }), words.own_words);
        }
        QuestionKind::Freeform { description } => {
            own_words(html, item, input, &name(0), description.as_deref().unwrap_or(words.own_words));
        }
    }
    html.close("fieldset");
}

fn own_words(html: &mut Html, item: &str, input: &Question, name: &str, label: &str) {
    let id = format!("own-{item}-{}", input.id);
    html.open("label").attr("class", "own-words").attr("for", &id).end();
    html.text(label);
    html.close("label");
    html.open("input")
        .attr("type", "text")
        .attr("class", "field")
        .attr("id", &id)
        .attr("name", name)
        .attr("dir", "auto")
        .attr("maxlength", "2000")
        .attr("autocomplete", "off")
        .end();
}
