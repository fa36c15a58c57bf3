// Swagger UI, from this host alone: its own start would ask another one to validate the document.
document.documentElement.classList.toggle('dark-mode', document.documentElement.dataset.theme === 'dark');
window.SwaggerUIBundle({
  url: '/api/openapi.json',
  dom_id: '#document',
  deepLinking: true,
  docExpansion: 'none',
  filter: true,
  validatorUrl: null,
});
