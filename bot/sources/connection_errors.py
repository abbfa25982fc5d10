"""Says why a connection could not be made, and the one thing to do about it."""

from __future__ import annotations

import ssl

import aiohttp

from bot.i18n import Message, msg


def reason_of(error: BaseException | None) -> Message:
    """Return in a few words why no connection was made, or why it broke."""
    match error:
        case aiohttp.ClientProxyConnectionError():
            return msg("the proxy cannot be reached")
        case aiohttp.ClientHttpProxyError():
            return msg("the proxy refused to connect ({status})", status=error.status)
        case aiohttp.ClientConnectorDNSError():
            return msg("the name is not known here (DNS)")
        case aiohttp.ClientConnectorCertificateError() | ssl.SSLCertVerificationError():
            return msg("the certificate is not trusted")
        case aiohttp.ClientSSLError() | ssl.SSLError():
            return msg("no encrypted connection (TLS) could be made")
        case TimeoutError():
            return msg("no answer came in time")
        case aiohttp.ClientConnectorError():
            return msg("nobody answers there")
        case _:
            return msg("the connection broke")


def remedy_of(error: BaseException | None) -> Message:
    """Return the one thing to do about it."""
    match error:
        case aiohttp.ClientProxyConnectionError() | aiohttp.ClientHttpProxyError():
            return msg("Correct HTTPS_PROXY or HTTP_PROXY in the environment, or start the proxy.")
        case aiohttp.ClientConnectorDNSError():
            return msg("Check the name in the address, and this machine's DNS.")
        case aiohttp.ClientConnectorCertificateError() | ssl.SSLCertVerificationError():
            return msg("Check this machine's clock and CA certificates; SSL_CERT_FILE names those of a proxy.")
        case _:
            return msg("Check the network, the firewall and the address in the settings.")
