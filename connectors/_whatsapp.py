"""What WhatsApp itself takes, whoever carries it there: by Meta's table of supported media."""

IMAGES = ("image/jpeg", "image/png")
AUDIO = ("audio/aac", "audio/amr", "audio/mpeg", "audio/mp4", "audio/ogg")
VIDEOS = ("video/mp4", "video/3gpp")
DOCUMENTS = (
    "application/pdf",
    "application/msword",
    "application/vnd.ms-*",
    "application/vnd.openxmlformats-officedocument.*",
    "text/plain",
)

CAPTION = 1024
WINDOW_SECONDS = 24 * 3600
MB = 1_000_000
