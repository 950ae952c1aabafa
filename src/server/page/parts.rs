//! Parts of a conversation as safe HTML, drawn on the server, so that the page's WASM stays small: what a person wrote, sources, steps,
//! pictures. What the page listens for stands in `data-` attributes.

use super::{markdown, widget::html::Html};
use crate::{
    domain::{
        locale::Locale,
        text::{direction, stretches},
        texts::{self, PartWords},
    },
    protocol::{
        attachment::{Attachment, AttachmentKind},
        item::{About, Annotation, Entity, GeneratedImage, Source, StepKind, UserContent, UserMessage, WorkflowTask},
    },
};

fn words(locale: Locale) -> &'static PartWords {
    texts::parts(locale)
}

/// What a person wrote, its tags as chips; before it what it quotes, behind it its files.
pub(super) fn said(message: &UserMessage) -> String {
    let mut html = Html::default();
    if let Some(quoted) = &message.quoted_text {
        html.open("blockquote").attr("class", "quoted").attr("dir", direction(quoted)).end();
        html.text(quoted);
        html.close("blockquote");
    }
    let runs_right = direction(&message.text()) == "ltr";
    for part in &message.content {
        match part {
            UserContent::InputText { text } if runs_right => with_urdu(&mut html, text),
            UserContent::InputText { text } => html.text(text),
            UserContent::InputTag { id, text, data, .. } if data.get("type").is_none_or(|kind| kind == "task") => {
                task_link(&mut html, id, text)
            }
            UserContent::InputTag { text, .. } => {
                html.open("bdi").attr("class", "chip").end();
                html.text(text);
                html.close("bdi");
            }
        }
    }
    if !message.attachments.is_empty() {
        html.open("ul").attr("class", "files").end();
        for attachment in &message.attachments {
            html.open("li").end();
            file(&mut html, attachment);
            html.close("li");
        }
        html.close("ul");
    }
    html.into_string()
}

/// A text that runs to the right, its Urdu marked.
fn with_urdu(html: &mut Html, text: &str) {
    for (is_urdu, part) in stretches(text) {
        if is_urdu {
            html.open("span").attr("lang", "ur").end();
        }
        html.text(part);
        if is_urdu {
            html.close("span");
        }
    }
}

fn file(html: &mut Html, attachment: &Attachment) {
    let href = format!("/chatkit/attachments/{}", attachment.id);
    html.open("a")
        .attr("class", "file")
        .attr("href", &href)
        .attr("target", "_blank")
        .attr("rel", "noopener")
        .end();
    match attachment.kind {
        AttachmentKind::Image { .. } => {
            html.open("img")
                .attr("src", &href)
                .attr("alt", &attachment.name)
                .attr("loading", "lazy")
                .end();
        }
        AttachmentKind::File => {
            html.open("bdi").end();
            html.text(&attachment.name);
            html.close("bdi");
        }
    }
    html.close("a");
}

/// A link that opens a task: on the page by its `data-task`, without JavaScript by its address.
fn task_link(html: &mut Html, id: &str, title: &str) {
    html.open("a")
        .attr("class", "task-link")
        .attr("href", &format!("/tasks#task-{id}"))
        .attr("data-task", id)
        .end();
    html.open("bdi").end();
    html.text(title);
    html.close("bdi");
    html.close("a");
}

/// The tasks that annotations link, by their titles.
pub(super) fn task_links(annotations: &[Annotation]) -> Vec<(String, String)> {
    let link = |annotation: &Annotation| match &annotation.source {
        Source::Entity(Entity { about, id, data, .. }) if data.get("type").is_some_and(|kind| kind == "task") => {
            let mut html = Html::default();
            task_link(&mut html, id, &about.title);
            Some((about.title.clone(), html.into_string()))
        }
        _ => None,
    };
    annotations.iter().filter_map(link).collect()
}

/// The sources of an answer that are no tasks, as a list; nothing if there are none.
pub(super) fn sources(annotations: &[Annotation], locale: Locale) -> Option<String> {
    let all: Vec<&Source> = annotations
        .iter()
        .map(|annotation| &annotation.source)
        .filter(|source| !matches!(source, Source::Entity(entity) if entity.data.get("type").is_some_and(|kind| kind == "task")))
        .collect();
    if all.is_empty() {
        return None;
    }
    let mut html = Html::default();
    html.open("section").attr("class", "sources").attr("dir", locale.dir()).end();
    html.open("h3").attr("class", "small-title").end();
    html.text(words(locale).sources);
    html.close("h3");
    list(&mut html, &all);
    html.close("section");
    Some(html.into_string())
}

fn list(html: &mut Html, sources: &[&Source]) {
    html.open("ol").end();
    for source in sources {
        html.open("li").attr("dir", "auto").end();
        let (about, url): (&About, Option<&str>) = match source {
            Source::Url { about, url, .. } => (about, Some(url.as_str()).filter(|url| markdown::is_safe(url))),
            Source::File { about, .. } => (about, None),
            Source::Entity(entity) => (&entity.about, None),
        };
        match url {
            Some(url) => {
                html.open("a")
                    .attr("href", url)
                    .attr("target", "_blank")
                    .attr("rel", "noopener noreferrer")
                    .end();
                html.text(&about.title);
                html.close("a");
            }
            None => html.text(&about.title),
        }
        let aside = match source {
            Source::Url { attribution, .. } => attribution.clone(),
            Source::File { filename, .. } => Some(filename.clone()),
            Source::Entity(entity) => entity.label.clone(),
        };
        for more in [aside, about.description.clone(), about.timestamp.clone()].into_iter().flatten() {
            html.text(" · ");
            html.open("span").attr("class", "faint").end();
            html.text(&more);
            html.close("span");
        }
        html.close("li");
    }
    html.close("ol");
}

/// What a step says beyond its title; empty if nothing.
pub(super) fn detail(task: &WorkflowTask) -> String {
    let mut html = Html::default();
    let prose = |html: &mut Html, text: &str| {
        for block in markdown::blocks(text) {
            html.safe(&block);
        }
    };
    match &task.kind {
        StepKind::Custom { content, .. } => prose(&mut html, content.as_deref().unwrap_or_default()),
        StepKind::Thought { content, .. } => prose(&mut html, content),
        StepKind::WebSearch { queries, sources, .. } => {
            for query in queries {
                html.open("bdi").attr("class", "chip").end();
                html.text(query);
                html.close("bdi");
            }
            if !sources.is_empty() {
                list(&mut html, &sources.iter().collect::<Vec<_>>());
            }
        }
        StepKind::File { sources, .. } if !sources.is_empty() => list(&mut html, &sources.iter().collect::<Vec<_>>()),
        StepKind::File { .. } | StepKind::Image { .. } => {}
    }
    html.into_string()
}

/// A picture that a model drew, as far as it has come. One from elsewhere is a link, because no request leaves our origin.
pub(super) fn picture(image: Option<&GeneratedImage>, progress: Option<f64>, locale: Locale) -> String {
    let mut html = Html::default();
    html.open("figure").attr("class", "picture").end();
    match image {
        Some(image) if image.url.starts_with("data:image/") || (image.url.starts_with('/') && !image.url.starts_with("//")) => {
            html.open("img").attr("src", &image.url).attr("alt", words(locale).picture).end();
        }
        Some(image) if markdown::is_safe(&image.url) => {
            html.open("a")
                .attr("href", &image.url)
                .attr("target", "_blank")
                .attr("rel", "noopener noreferrer")
                .end();
            html.text(words(locale).picture);
            html.close("a");
        }
        _ => html.text(words(locale).drawing),
    }
    if let Some(progress) = progress.filter(|progress| *progress < 1.0) {
        html.open("progress")
            .attr("max", "1")
            .attr("value", &progress.clamp(0.0, 1.0).to_string())
            .attr("aria-label", words(locale).drawing)
            .end();
        html.close("progress");
    }
    html.close("figure");
    html.into_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::item::{Answer, Choice, InferenceOptions, InputStatus, Question, QuestionKind, StructuredInput};
    use crate::server::page::form::form;

    const HOSTILE: &str = "\"><script>alert(1)</script>";

    fn hostile_form(status: InputStatus) -> StructuredInput {
        let question = |kind| Question {
            id: HOSTILE.into(),
            question: HOSTILE.into(),
            answer: Some(Answer {
                values: vec![HOSTILE.into()],
                skipped: false,
            }),
            kind,
        };
        StructuredInput {
            status,
            inputs: vec![
                question(QuestionKind::MultipleChoice {
                    options: vec![Choice { value: HOSTILE.into() }],
                    multiple: true,
                }),
                question(QuestionKind::Freeform {
                    description: Some(HOSTILE.into()),
                }),
            ],
        }
    }

    #[test]
    fn nothing_that_others_wrote_is_markup() {
        let about = || About {
            title: HOSTILE.into(),
            description: Some(HOSTILE.into()),
            ..About::default()
        };
        let url = |url: &str| Source::Url {
            about: about(),
            url: url.into(),
            attribution: Some(HOSTILE.into()),
        };
        let annotations: Vec<Annotation> = [url("javascript:alert(1)"), url(HOSTILE), url("https://example.org/\"onclick=\"x")]
            .into_iter()
            .map(|source| Annotation { source, index: Some(1) })
            .collect();
        let message = UserMessage {
            content: vec![
                UserContent::InputText { text: HOSTILE.into() },
                UserContent::InputTag {
                    id: HOSTILE.into(),
                    text: HOSTILE.into(),
                    data: Default::default(),
                    group: None,
                    interactive: true,
                },
            ],
            attachments: vec![Attachment {
                id: HOSTILE.into(),
                name: HOSTILE.into(),
                mime_type: "image/png".into(),
                upload_descriptor: None,
                thread_id: None,
                kind: AttachmentKind::Image {
                    preview_url: HOSTILE.into(),
                },
            }],
            quoted_text: Some(HOSTILE.into()),
            inference_options: InferenceOptions::default(),
        };
        let image = GeneratedImage {
            id: "i".into(),
            url: "javascript:alert(1)".into(),
        };
        let single = StructuredInput {
            inputs: vec![Question {
                id: HOSTILE.into(),
                question: HOSTILE.into(),
                answer: None,
                kind: QuestionKind::MultipleChoice {
                    options: vec![Choice { value: HOSTILE.into() }],
                    multiple: false,
                },
            }],
            ..hostile_form(InputStatus::Pending)
        };
        for html in [
            said(&message),
            sources(&annotations, Locale::En).unwrap(),
            form(HOSTILE, HOSTILE, &hostile_form(InputStatus::Pending), Locale::Ur),
            form(HOSTILE, HOSTILE, &hostile_form(InputStatus::Answered), Locale::En),
            form(HOSTILE, HOSTILE, &single, Locale::En),
            picture(Some(&image), Some(0.5), Locale::En),
        ] {
            assert!(
                !html.contains("<script") && !html.contains("href=\"javascript") && !html.contains("\"onclick"),
                "{html}"
            );
        }
    }

    #[test]
    fn tasks_are_links_and_other_sources_a_list() {
        let task = Annotation {
            source: Source::Entity(Entity {
                about: About {
                    title: "milk".into(),
                    ..About::default()
                },
                id: "tsk_1".into(),
                icon: None,
                label: None,
                inline_label: None,
                interactive: true,
                data: serde_json::Map::from_iter([("type".to_owned(), "task".into())]),
                preview: None,
            }),
            index: Some(4),
        };
        assert_eq!(sources(std::slice::from_ref(&task), Locale::En), None);
        assert_eq!(
            task_links(&[task]),
            [(
                "milk".to_owned(),
                "<a class=\"task-link\" href=\"/tasks#task-tsk_1\" data-task=\"tsk_1\"><bdi>milk</bdi></a>".to_owned()
            )]
        );
    }
}
