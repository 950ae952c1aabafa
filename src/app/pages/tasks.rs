//! `/tasks`: the lists, full width.

use leptos::prelude::*;
use leptos_meta::Title;

use crate::app::components::bar::Bar;
use crate::app::components::problem::FormProblem;
use crate::app::components::tasks::Tasks;
use crate::app::here;
use crate::app::live::Live;

/// The tasks.
#[component]
pub(in crate::app) fn TasksPage(live: Live) -> impl IntoView {
    let texts = here();
    view! {
        <Title text=texts.tasks />
        <div class="page">
            <div class="middle">
                <Bar title=texts.tasks.to_owned() />
                <main id="main" class="main scroller" tabindex="-1">
                    <div class="column sheet" data-testid="task-panel">
                        <h2 id="tasks-title" class="hidden" tabindex="-1">
                            {texts.task_panel}
                        </h2>
                        <FormProblem />
                        <Tasks changed=live.tasks />
                    </div>
                </main>
            </div>
        </div>
    }
    .into_any()
}
