//! The models of an endpoint and the built-in assistant, of which a person may choose one.

use super::{
    Model, ModelRequest, ModelStream,
    offline::{self, OfflineModel},
    openai::OpenAiModel,
};

/// Asks the endpoint, or the built-in assistant where that was chosen by its name.
pub struct Choice {
    endpoint: OpenAiModel,
    offline: OfflineModel,
}

impl Choice {
    /// Puts the two together.
    pub fn new(endpoint: OpenAiModel, offline: OfflineModel) -> Self {
        Self { endpoint, offline }
    }
}

impl Model for Choice {
    fn ask(&self, request: ModelRequest) -> ModelStream {
        if request.model.as_deref() == Some(offline::NAME) {
            self.offline.ask(request)
        } else {
            self.endpoint.ask(request)
        }
    }

    fn name(&self) -> String {
        self.endpoint.name()
    }

    fn names(&self) -> Vec<String> {
        let mut names = self.endpoint.names();
        names.push(self.offline.name());
        names
    }
}
