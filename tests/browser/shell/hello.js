// A UMD bundle whose build makes code of text, and which styles its own elements.
(function (root, factory) {
  root.Hello = factory();
})(self, function () {
  return {
    mount: function (element) {
      element.style.color = "rgb(4, 5, 6)";
      return new Function("return 'mounted'")();
    },
  };
});
