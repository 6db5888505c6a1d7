// Asks the browser for a passkey: <div data-passkey="get|create" data-options="JSON"> holds what the server asks, and a form
// with the field answer that takes what the key says.

const box = document.querySelector("[data-passkey]");
const form = box.querySelector("form");
const says = box.querySelector("[data-passkey-says]");

run();

async function run() {
  const what = box.dataset.passkey;
  const { publicKey } = JSON.parse(box.dataset.options);
  says.textContent = "端末の案内にしたがって、確かめてください。";
  try {
    const credential =
      what === "create"
        ? await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(publicKey) })
        : await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(publicKey) });
    form.elements.answer.value = JSON.stringify(credential.toJSON());
    says.textContent = what === "create" ? "名前を付けて、登録してください。" : "確かめています。";
    if (what === "get") form.submit();
  } catch {
    says.textContent = "確かめられませんでした。もう一度行うか、ほかの方法を選んでください。";
  }
}
