use forestall_hub::desk::{Act, Desk};
use forestall_hub::server::{Console, Settings};
#[tokio::main]
async fn main() {
    tracing_subscriber::fmt().init();
    let t = std::time::Instant::now();
    let desk = Desk::open(std::path::Path::new("/tmp/look-data")).await.unwrap();
    let settings = Settings::new("127.0.0.1:8799".parse().unwrap());
    let now = (settings.clock)();
    let act = Act::new("quickstart".parse().unwrap(), now);
    forestall_hub::quickstart::open_cases(&desk, &act, now.day(), |s| println!("{s} {:?}", t.elapsed())).await.unwrap();
    println!("{:?}", t.elapsed());
    let console = Console::bind(desk, settings).await.unwrap();
    std::fs::write("/tmp/look-link", console.link().await.unwrap().to_string()).unwrap();
    println!("{}", console.link().await.unwrap());
    console.serve(std::future::pending()).await;
}
