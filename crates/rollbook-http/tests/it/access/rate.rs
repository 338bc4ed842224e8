//! The rate limit of a directory.

use rollbook_store::RateLimit;

use super::{BETA, Site, TOKEN};

#[tokio::test]
async fn a_limited_directory_gets_its_burst_then_its_rate_then_429() {
    let site = Site::new().await;
    site.set("id-a", |it| it.settings.rate_limit = Some(RateLimit { per_second: 2, burst: 3 })).await;
    let status = async || site.call(TOKEN, "GET", "/scim/v2/acme/Users", "").await.status;
    let first = [status().await, status().await, status().await, status().await];
    assert_eq!(first, [200, 200, 200, 429]);
    let refused = site.call(TOKEN, "POST", "/scim/v2/acme/Users", "{}").await;
    assert_eq!(refused.status, 429);
    assert_eq!(refused.header("retry-after"), "1");
    assert_eq!(refused.header("content-type"), "application/scim+json");
    assert_eq!(refused.body["status"], "429");
    site.pass(500_000);
    assert_eq!([status().await, status().await], [200, 429]);
    // Other directories, and whoever has no good token, are not concerned.
    assert_eq!(site.call(BETA, "GET", "/scim/v2/beta/Users", "").await.status, 200);
    assert_eq!(site.call("rb_x", "GET", "/scim/v2/acme/Users", "").await.status, 401);
    // So it is that a client who waits as long as it is told gets on.
    site.set("id-a", |it| it.settings.rate_limit = Some(RateLimit { per_second: 1, burst: 1 })).await;
    site.pass(10_000_000);
    for _ in 0..5 {
        assert_eq!(status().await, 200);
        let refused = site.call(TOKEN, "GET", "/scim/v2/acme/Users", "").await;
        site.pass(refused.header("retry-after").parse::<i64>().unwrap() * 1_000_000);
    }
    // Without the limit nothing is counted.
    site.set("id-a", |it| it.settings.rate_limit = None).await;
    for _ in 0..20 {
        assert_eq!(status().await, 200);
    }
}
