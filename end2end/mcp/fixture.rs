//! A server for the conformance suite of the Model Context Protocol: Kaam's own router, guard and transport, with the suite's fixture tools
//! behind them instead of Kaam's. The suite sends no token, so a layer in front adds the one of an account that is made for it.
//!
//! Uses the database that DATABASE_URL names, or joins the one of a running server in KAAM_DATA_DIR. Prints its address.
#![expect(clippy::print_stdout, reason = "the address is what the program prints")]
#![expect(deprecated, reason = "the suite still tests sampling, roots and logging")]

#[path = "parts/asking.rs"]
mod asking;
#[path = "parts/handler.rs"]
mod handler;
#[path = "parts/tools.rs"]
mod tools;

use std::{error::Error, net::SocketAddr, sync::Arc};

use axum::{
    extract::Request,
    http::{HeaderValue, header},
    middleware::{Next, from_fn},
};
use kaam::{
    domain::time::Clock,
    server::{
        auth::{secret, tokens},
        clock::SystemClock,
        config::Config,
        db::{
            self,
            embedded::{self, Role},
        },
        mcp, router, serve,
        store::accounts::{NewToken, NewUser},
    },
};
use secrecy::ExposeSecret;
use tokio::net::TcpListener;

use handler::Fixture;

type Failure = Box<dyn Error>;

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let mut config = Config::from_process()?;
    let url = match &config.database_url {
        Some(url) => url.expose_secret().to_owned(),
        None => {
            let data_dir = config.data_dir.clone();
            tokio::task::spawn_blocking(move || embedded::open(&data_dir, Role::Command))
                .await??
                .url
        }
    };
    let pool = db::connect(&url, 4).await?;
    db::migrate(&pool).await?;
    let listener = TcpListener::bind(config.listen).await?;
    let address = listener.local_addr()?;
    config.bound_to(address);
    let model = serve::model(&config)?;
    let state = serve::state(config, pool, Arc::new(SystemClock), model, serve::leptos_options()?).await?;

    let token = tokens::random();
    let user = SystemClock.user_id();
    let new = NewUser {
        id: user,
        email: &format!("{user}@fixture.example"),
        name: "",
        password_hash: "none",
        zone: "UTC",
        is_admin: false,
        at: SystemClock.now(),
    };
    state.store.create_user(&new, None).await.map_err(|error| format!("{error:?}"))?;
    let new = NewToken {
        id: SystemClock.token_id(),
        user,
        name: "conformance",
        secret_hash: &secret::hash(&token),
        scopes: &["read", "write", "delete"],
        at: SystemClock.now(),
        expires_at: None,
    };
    state.store.create_token(&new).await?;

    let fixture = Fixture::default();
    let assistants = mcp::routes(&state, move || fixture.clone());
    let bearer = HeaderValue::from_str(&format!("Bearer {token}"))?;
    let app = router::with_assistants(state, assistants).layer(from_fn(move |mut request: Request, next: Next| {
        request.headers_mut().entry(header::AUTHORIZATION).or_insert_with(|| bearer.clone());
        next.run(request)
    }));
    println!("http://{address}");
    axum::serve(listener, app.into_make_service_with_connect_info::<SocketAddr>()).await?;
    Ok(())
}
