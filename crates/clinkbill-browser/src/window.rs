//! A window of the browser.

use std::time::{Duration, Instant};

use fantoccini::elements::Element;
use fantoccini::error::CmdError;
use fantoccini::wd::{Capabilities, WebDriverCompatibleCommand};
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use url::Url;

use crate::Browser;

/// How long a window waits for what should be there.
const PATIENCE: Duration = Duration::from_secs(30);

/// How often it looks in that time.
const GLANCE: Duration = Duration::from_millis(50);

/// Why a window did not do what it should.
pub type Error = Box<dyn std::error::Error + Send + Sync>;

/// How a page is looked at.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub enum Look {
    /// On a wide screen.
    Desktop,
    /// On a wide screen, in the dark.
    Dark,
    /// On the screen of a small phone.
    Phone,
}

/// A window with a profile of its own: nobody else's cookies, and nothing cached.
pub struct Window(Client);

/// A command of the browser itself, beyond `WebDriver`.
#[derive(Debug)]
struct DevTools {
    command: &'static str,
    parameters: Value,
}

impl Browser {
    /// Opens a window.
    pub async fn window(&self, look: Look) -> Result<Window, Error> {
        let options = json!({
            "goog:chromeOptions": {
                "binary": self.program,
                // A browser as people have it holds frames back from leading the window elsewhere.
                "excludeSwitches": ["disable-popup-blocking"],
                "args": [
                    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
                    "--hide-scrollbars", "--force-color-profile=srgb", "--lang=en",
                ],
            },
        });
        let Value::Object(options) = options else {
            return Err("options are an object".into());
        };
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(Capabilities::from_iter(options))
            .connect(&self.address)
            .await?;
        let window = Window(client);
        window.look(look).await?;
        Ok(window)
    }
}

impl Window {
    /// Looks at pages in another way from now on.
    pub async fn look(&self, look: Look) -> Result<(), Error> {
        let (width, height, is_phone, scheme) = match look {
            Look::Desktop => (1280, 1080, false, "light"),
            Look::Dark => (1280, 1080, false, "dark"),
            Look::Phone => (360, 740, true, "light"),
        };
        self.measure(width, height, is_phone).await?;
        let feature = json!({"name": "prefers-color-scheme", "value": scheme});
        self.tell("Emulation.setEmulatedMedia", json!({"features": [feature]}))
            .await
    }

    /// Looks at pages on a screen of this size from now on, in dots.
    pub async fn resize(&self, width: u32, height: u32) -> Result<(), Error> {
        self.measure(width, height, false).await
    }

    async fn measure(&self, width: u32, height: u32, is_phone: bool) -> Result<(), Error> {
        let size = json!({
            "width": width, "height": height, "deviceScaleFactor": 1, "mobile": is_phone,
        });
        self.tell("Emulation.setDeviceMetricsOverride", size).await
    }

    /// Runs no more scripts of pages.
    pub async fn without_scripts(&self) -> Result<(), Error> {
        self.tell(
            "Emulation.setScriptExecutionDisabled",
            json!({"value": true}),
        )
        .await
    }

    /// Goes to a page.
    pub async fn go(&self, url: &str) -> Result<(), Error> {
        Ok(self.0.goto(url).await?)
    }

    /// Where the window is.
    pub async fn url(&self) -> Result<Url, Error> {
        Ok(self.0.current_url().await?)
    }

    /// Waits until the window is at a place that begins like this.
    pub async fn arrives_at(&self, begin: &str) -> Result<Url, Error> {
        let end = Instant::now() + PATIENCE;
        loop {
            let url = self.url().await?;
            if url.as_str().starts_with(begin) {
                return Ok(url);
            }
            if Instant::now() > end {
                return Err(format!("at {url}, not at {begin}").into());
            }
            tokio::time::sleep(GLANCE).await;
        }
    }

    /// Clicks what a CSS selector finds.
    pub async fn click(&self, selector: &str) -> Result<(), Error> {
        self.click_on(Locator::Css(selector)).await
    }

    /// Clicks the button with this text.
    pub async fn press(&self, text: &str) -> Result<(), Error> {
        let path = format!("//button[normalize-space()=\"{text}\"]");
        self.click_on(Locator::XPath(&path)).await
    }

    /// Follows the link with this text.
    pub async fn follow(&self, text: &str) -> Result<(), Error> {
        self.click_on(Locator::LinkText(text)).await
    }

    /// Follows the link with this text out of the frame that it stands in, and acts in the whole window
    /// again. What the driver says of the click may be lost with the frame: where the window arrives
    /// tells whether it was one.
    pub async fn follow_out_of_frame(&self, text: &str) -> Result<(), Error> {
        let link = self.wait_for(Locator::LinkText(text)).await?;
        let _ = link.click().await;
        self.0.issue_cmd(WholeWindow).await?;
        Ok(())
    }

    /// Types into the field with this label.
    pub async fn fill_in(&self, label: &str, text: &str) -> Result<(), Error> {
        let path = format!("//input[@id=//label[normalize-space()=\"{label}\"]/@for]");
        loop {
            let field = self.wait_for(Locator::XPath(&path)).await?;
            match field.clear().await {
                Err(error) if is_gone(&error) => {}
                cleared => {
                    cleared?;
                    return Ok(field.send_keys(text).await?);
                }
            }
        }
    }

    /// Types into the first field of this name.
    pub async fn fill_in_named(&self, name: &str, text: &str) -> Result<(), Error> {
        let field = self.find(&format!("input[name={name}]")).await?;
        field.clear().await?;
        Ok(field.send_keys(text).await?)
    }

    /// Types where the focus is.
    pub async fn type_keys(&self, keys: &str) -> Result<(), Error> {
        Ok(self.0.active_element().await?.send_keys(keys).await?)
    }

    /// The text of what a CSS selector finds, as it is seen.
    pub async fn text(&self, selector: &str) -> Result<String, Error> {
        loop {
            match self.find(selector).await?.text().await {
                Err(error) if is_gone(&error) => {}
                text => return Ok(text?.replace('\u{a0}', " ")),
            }
        }
    }

    /// Whether something that a CSS selector finds is seen.
    pub async fn sees(&self, selector: &str) -> Result<bool, Error> {
        for element in self.0.find_all(Locator::Css(selector)).await? {
            if element.is_displayed().await? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Waits until the page says something.
    pub async fn reads(&self, words: &str) -> Result<(), Error> {
        let path =
            format!("//*[contains(normalize-space(translate(., '\u{a0}', ' ')), \"{words}\")]");
        match self.wait_for(Locator::XPath(&path)).await {
            Ok(_) => Ok(()),
            Err(error) => {
                let page = self.text("body").await.unwrap_or_default();
                Err(format!("the page does not say {words:?} but {page:?}: {error}").into())
            }
        }
    }

    /// Acts inside the frame that a CSS selector finds.
    pub async fn enter_frame(&self, selector: &str) -> Result<(), Error> {
        Ok(self.find(selector).await?.enter_frame().await?)
    }

    /// Acts in the whole window again.
    pub async fn leave_frame(&self) -> Result<(), Error> {
        Ok(self.0.enter_parent_frame().await?)
    }

    /// What a script makes.
    pub async fn script(&self, script: &str) -> Result<Value, Error> {
        Ok(self.0.execute(script, Vec::new()).await?)
    }

    /// What a script makes that calls back.
    pub async fn script_that_calls_back(&self, script: &str) -> Result<Value, Error> {
        Ok(self.0.execute_async(script, Vec::new()).await?)
    }

    /// What is seen, as a PNG.
    pub async fn picture(&self) -> Result<Vec<u8>, Error> {
        Ok(self.0.screenshot().await?)
    }

    /// The part of it that a CSS selector finds, as a PNG.
    pub async fn picture_of(&self, selector: &str) -> Result<Vec<u8>, Error> {
        Ok(self.find(selector).await?.screenshot().await?)
    }

    /// Closes it.
    pub async fn close(self) -> Result<(), Error> {
        Ok(self.0.close().await?)
    }

    /// A page that is live may replace what was found before it is clicked; then it is looked for again.
    async fn click_on(&self, locator: Locator<'_>) -> Result<(), Error> {
        loop {
            match self.wait_for(locator).await?.click().await {
                Err(error) if is_gone(&error) => {}
                clicked => return Ok(clicked?),
            }
        }
    }

    async fn find(&self, selector: &str) -> Result<Element, Error> {
        self.wait_for(Locator::Css(selector)).await
    }

    async fn wait_for(&self, locator: Locator<'_>) -> Result<Element, Error> {
        let wait = self.0.wait().at_most(PATIENCE);
        wait.every(GLANCE)
            .for_element(locator)
            .await
            .map_err(|error| format!("{locator:?}: {error}").into())
    }

    async fn tell(&self, command: &'static str, parameters: Value) -> Result<(), Error> {
        let command = DevTools {
            command,
            parameters,
        };
        self.0.issue_cmd(command).await?;
        Ok(())
    }
}

/// Whether the page has replaced what was found on it. Inside a frame the driver has another name
/// for it.
fn is_gone(error: &CmdError) -> bool {
    error.is_stale_element_reference() || error.is_no_such_element()
}

/// Acts in no frame any more, whatever has become of it.
#[derive(Debug)]
struct WholeWindow;

impl WebDriverCompatibleCommand for WholeWindow {
    fn endpoint(&self, base: &Url, session: Option<&str>) -> Result<Url, url::ParseError> {
        base.join(&format!("session/{}/frame", session.unwrap_or_default()))
    }

    fn method_and_body(&self, _: &Url) -> (http::Method, Option<String>) {
        (http::Method::POST, Some(json!({"id": null}).to_string()))
    }
}

impl WebDriverCompatibleCommand for DevTools {
    fn endpoint(&self, base: &Url, session: Option<&str>) -> Result<Url, url::ParseError> {
        base.join(&format!(
            "session/{}/goog/cdp/execute",
            session.unwrap_or_default()
        ))
    }

    fn method_and_body(&self, _: &Url) -> (http::Method, Option<String>) {
        let body = json!({ "cmd": self.command, "params": self.parameters });
        (http::Method::POST, Some(body.to_string()))
    }
}
