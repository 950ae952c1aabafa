//! Asks before something goes.

use leptos::html::Dialog;
use leptos::prelude::*;

use crate::app::here;
use crate::app::text::Around;
use crate::domain::text::direction;

/// What is asked, and what happens after a yes.
#[derive(Clone)]
pub(in crate::app) struct Question {
    /// The question around the name of the thing.
    pub text: Around,
    /// The name of the thing: text of the person.
    pub name: String,
    /// What to know before answering.
    pub note: Option<&'static str>,
    /// What it is about, if that is several things: texts of the person.
    pub lines: Vec<String>,
    /// What the button says that means yes.
    pub yes_text: &'static str,
    /// After a yes.
    pub yes: Callback<()>,
}

/// The dialog; open while there is a question.
#[component]
pub(in crate::app) fn Confirm(
    /// What is asked. The dialog takes it away when it is answered.
    asked: RwSignal<Option<Question>>,
    /// Its id on the page.
    id: &'static str,
) -> impl IntoView {
    let texts = here();
    let dialog = NodeRef::<Dialog>::new();
    Effect::new(move || {
        if let Some(dialog) = dialog.get()
            && asked.with(Option::is_some)
            && !dialog.open()
        {
            dialog.set_return_value("");
            let _ = dialog.show_modal();
        }
    });
    let answered = move |_| {
        let yes = dialog.get_untracked().is_some_and(|dialog| dialog.return_value() == "yes");
        if let Some(question) = asked.try_update(Option::take).flatten()
            && yes
        {
            question.yes.run(());
        }
    };
    let content = move |Question {
                            text,
                            name,
                            note,
                            lines,
                            yes_text,
                            ..
                        }: Question| {
        // What adds is no danger.
        let looks = if lines.is_empty() { "button danger" } else { "button strong" };
        view! {
            <form method="dialog">
                <h2 id=id>{text.view(name)}</h2>
                {note.map(|note| view! { <p>{note}</p> }.into_any())}
                {(!lines.is_empty())
                    .then(|| {
                        let line = |line: String| {
                            let direction = direction(&line);
                            view! { <li dir=direction>{line}</li> }
                        };
                        view! { <ul class="dialog-lines" tabindex="0">{lines.into_iter().map(line).collect_view()}</ul> }.into_any()
                    })}
                <div class="dialog-buttons">
                    <button class="button quiet" value="no" autofocus>
                        {texts.cancel}
                    </button>
                    <button class=looks value="yes" data-testid="confirm">
                        {yes_text}
                    </button>
                </div>
            </form>
        }
        .into_any()
    };
    view! {
        <dialog class="dialog" node_ref=dialog on:close=answered aria-labelledby=id>
            {move || asked.get().map(content)}
        </dialog>
    }
    .into_any()
}
