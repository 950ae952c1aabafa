"""The reference server's stores: in memory, with pages as the SDK's own test store cuts them."""

from chatkit.store import AttachmentStore, NotFoundError, Store
from chatkit.types import (
    Attachment,
    AttachmentCreateParams,
    AttachmentUploadDescriptor,
    FileAttachment,
    ImageAttachment,
    Page,
    ThreadItem,
    ThreadMetadata,
)
from pydantic import AnyUrl, TypeAdapter

ITEM: TypeAdapter = TypeAdapter(ThreadItem)
ATTACHMENT: TypeAdapter = TypeAdapter(Attachment)


def page(rows: list, after: str | None, limit: int, order: str) -> Page:
    """Cuts a page out of rows that are in the order of time."""
    rows = rows[::-1] if order == "desc" else list(rows)
    if after is not None:
        places = [n for n, row in enumerate(rows) if row.id == after]
        if not places:
            raise NotFoundError(f"{after} not found")
        rows = rows[places[0] + 1 :]
    if limit < 0:
        raise ValueError("limit must not be negative")
    has_more = len(rows) > limit
    rows = rows[:limit]
    return Page(data=rows, has_more=has_more, after=rows[-1].id if has_more else None)


class MemoryStore(Store[str]):
    """Keeps JSON, as a database would: what is handed out is nobody else's object. The context is the name of the person."""

    def __init__(self) -> None:
        self.threads: dict[tuple[str, str], str] = {}
        self.items: dict[tuple[str, str], dict[str, str]] = {}
        self.attachments: dict[tuple[str, str], str] = {}

    async def load_thread(self, thread_id: str, context: str) -> ThreadMetadata:
        try:
            return ThreadMetadata.model_validate_json(self.threads[context, thread_id])
        except KeyError:
            raise NotFoundError(f"Thread {thread_id} not found") from None

    async def save_thread(self, thread: ThreadMetadata, context: str) -> None:
        self.threads[context, thread.id] = ThreadMetadata(**thread.model_dump(exclude={"items"})).model_dump_json()
        self.items.setdefault((context, thread.id), {})

    async def load_threads(self, limit: int, after: str | None, order: str, context: str) -> Page[ThreadMetadata]:
        rows = [ThreadMetadata.model_validate_json(json) for (user, _), json in self.threads.items() if user == context]
        return page(rows, after, limit, order)

    async def delete_thread(self, thread_id: str, context: str) -> None:
        await self.load_thread(thread_id, context)
        del self.threads[context, thread_id]
        del self.items[context, thread_id]

    async def load_thread_items(self, thread_id: str, after: str | None, limit: int, order: str, context: str) -> Page[ThreadItem]:
        await self.load_thread(thread_id, context)
        return page([ITEM.validate_json(json) for json in self.items[context, thread_id].values()], after, limit, order)

    async def load_item(self, thread_id: str, item_id: str, context: str) -> ThreadItem:
        try:
            return ITEM.validate_json(self.items[context, thread_id][item_id])
        except KeyError:
            raise NotFoundError(f"Item {item_id} not found in thread {thread_id}") from None

    async def save_item(self, thread_id: str, item: ThreadItem, context: str) -> None:
        self.items[context, thread_id][item.id] = ITEM.dump_json(item).decode()

    async def add_thread_item(self, thread_id: str, item: ThreadItem, context: str) -> None:
        await self.save_item(thread_id, item, context)

    async def delete_thread_item(self, thread_id: str, item_id: str, context: str) -> None:
        self.items[context, thread_id].pop(item_id, None)

    async def save_attachment(self, attachment: Attachment, context: str) -> None:
        self.attachments[context, attachment.id] = ATTACHMENT.dump_json(attachment).decode()

    async def load_attachment(self, attachment_id: str, context: str) -> Attachment:
        try:
            return ATTACHMENT.validate_json(self.attachments[context, attachment_id])
        except KeyError:
            raise NotFoundError(f"Attachment {attachment_id} not found") from None

    async def delete_attachment(self, attachment_id: str, context: str) -> None:
        await self.load_attachment(attachment_id, context)
        del self.attachments[context, attachment_id]


class MemoryAttachments(AttachmentStore[str]):
    """Two-phase uploads: the descriptor's URL takes the bytes, by POST (multipart) and by PUT."""

    def __init__(self, store: MemoryStore, origin: str) -> None:
        self.store = store
        self.origin = origin
        self.bytes: dict[str, bytes] = {}

    async def create_attachment(self, input: AttachmentCreateParams, context: str) -> Attachment:
        id = self.generate_attachment_id(input.mime_type, context)
        url = AnyUrl(f"{self.origin}/attachments/{id}")
        shared = {
            "id": id,
            "name": input.name,
            "mime_type": input.mime_type,
            "upload_descriptor": AttachmentUploadDescriptor(url=url, method="POST"),
            "metadata": {"size": input.size},
        }
        if input.mime_type.startswith("image/"):
            return ImageAttachment(**shared, preview_url=url)
        return FileAttachment(**shared)

    async def upload(self, id: str, data: bytes, context: str) -> None:
        attachment = await self.store.load_attachment(id, context)
        self.bytes[id] = data
        attachment.upload_descriptor = None
        await self.store.save_attachment(attachment, context)

    async def delete_attachment(self, attachment_id: str, context: str) -> None:
        await self.store.load_attachment(attachment_id, context)
        self.bytes.pop(attachment_id, None)
